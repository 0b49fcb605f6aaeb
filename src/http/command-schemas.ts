import type * as commands from '../domain/commands.ts'
import { email, id, instant, line, linkToken, password, recordKey, version, z } from './fields.ts'
import { policy, skillRequirements } from './policy-schemas.ts'
import { access, availability, configValue, permission, role } from './view-schemas.ts'

/** See the domain's SetUpCommand. */
export const setUpCommand = z.strictObject({
  token: linkToken,
  workspaceName: line(100),
  name: line(100),
  email,
  password,
}) satisfies z.ZodType<commands.SetUpCommand>

/** See the domain's SignInCommand. */
export const signInCommand = z.strictObject({
  email: z.string().min(1, 'must not be empty').max(254, 'must have at most 254 characters'),
  password,
  code: z.string().min(1).max(40).optional(),
}) satisfies z.ZodType<commands.SignInCommand>

/** See the domain's AcceptInviteCommand. */
export const acceptInviteCommand = z.strictObject({
  token: linkToken,
  name: line(100),
  password,
}) satisfies z.ZodType<commands.AcceptInviteCommand>

/** See the domain's UpdateProfileCommand. */
export const updateProfileCommand = z.strictObject({
  name: line(100).optional(),
  locale: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$/, 'must be a language tag such as en or pt-BR')
    .optional(),
}) satisfies z.ZodType<commands.UpdateProfileCommand>

/** See the domain's ChangePasswordCommand. */
export const changePasswordCommand = z.strictObject({
  currentPassword: password,
  newPassword: password,
}) satisfies z.ZodType<commands.ChangePasswordCommand>

/** See the domain's SetAvailabilityCommand. */
export const setAvailabilityCommand = z.strictObject({
  availability,
}) satisfies z.ZodType<commands.SetAvailabilityCommand>

/** See the domain's SetPushReachabilityCommand. */
export const setPushReachabilityCommand = z.strictObject({
  until: instant.nullable(),
}) satisfies z.ZodType<commands.SetPushReachabilityCommand>

/** See the domain's InviteAgentCommand. */
export const inviteAgentCommand = z.strictObject({
  email,
  name: line(100),
  role,
}) satisfies z.ZodType<commands.InviteAgentCommand>

/** See the domain's UpdateAgentCommand. */
export const updateAgentCommand = z.strictObject({
  role: role.optional(),
  deactivated: z.boolean().optional(),
  version,
}) satisfies z.ZodType<commands.UpdateAgentCommand>

const config = z.record(recordKey, configValue)

/** See the domain's CreateChannelCommand. */
export const createChannelCommand = z.strictObject({
  type: line(40),
  name: line(100),
  config,
  policy: policy.optional(),
  categoryId: id<string>().optional(),
  skills: skillRequirements.optional(),
  access: access.optional(),
}) satisfies z.ZodType<commands.CreateChannelCommand>

/** See the domain's UpdateChannelRoutingCommand. */
export const updateChannelRoutingCommand = z.strictObject({
  policy: policy.optional(),
  categoryId: id<string>().nullable().optional(),
  skills: skillRequirements.optional(),
  version,
}) satisfies z.ZodType<commands.UpdateChannelRoutingCommand>

/** See the domain's UpdateChannelCommand. */
export const updateChannelCommand = updateChannelRoutingCommand.extend({
  name: line(100).optional(),
  config: config.optional(),
  access: access.optional(),
  paused: z.boolean().optional(),
}) satisfies z.ZodType<commands.UpdateChannelCommand>

/** See the domain's CreateApiTokenCommand. */
export const createApiTokenCommand = z.strictObject({
  name: line(100),
  scopes: z.array(permission).max(50),
  expiresAt: instant.optional(),
}) satisfies z.ZodType<commands.CreateApiTokenCommand>
