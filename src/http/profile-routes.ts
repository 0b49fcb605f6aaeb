import {
  beginSecondFactor,
  changePassword,
  confirmSecondFactor,
  type ProfileDeps,
  readProfile,
  removeSecondFactor,
  setAvailability,
  setPushReachability,
  updateProfile,
} from '../services/own-profile.ts'
import {
  changePasswordCommand,
  setAvailabilityCommand,
  setPushReachabilityCommand,
  updateProfileCommand,
} from './command-schemas.ts'
import { password, z } from './fields.ts'
import { defineRoute, noContent, ok, type RouteDefinition } from './route.ts'
import { profileView } from './view-schemas.ts'

/** One's own account. What a stolen API token must not do needs a person's session. */
export function profileRoutes(deps: ProfileDeps): readonly RouteDefinition[] {
  const tag = 'profile'
  const profile = { description: 'Oneself', schema: profileView }
  return [
    defineRoute({
      method: 'get',
      path: '/profile',
      tag,
      summary: 'Read one’s profile',
      access: 'signed-in',
      responses: { 200: profile },
      handler: async ({ principal }) => ok(await readProfile(deps, principal.agentId)),
    }),
    defineRoute({
      method: 'patch',
      path: '/profile',
      tag,
      summary: 'Change one’s name or language',
      access: 'session',
      body: updateProfileCommand,
      responses: { 200: profile },
      handler: async ({ principal, body }) => ok(await updateProfile(deps, principal.agentId, body)),
    }),
    defineRoute({
      method: 'put',
      path: '/profile/password',
      tag,
      summary: 'Change one’s password; every other session ends',
      access: 'session',
      body: changePasswordCommand,
      responses: { 204: { description: 'Changed' } },
      async handler({ principal, body, address, session }) {
        await session.open(await changePassword(deps, principal.agentId, body, address))
        return noContent()
      },
    }),
    defineRoute({
      method: 'put',
      path: '/profile/availability',
      tag,
      summary: 'Choose whether one takes conversations',
      access: { permission: 'conversation.write' },
      body: setAvailabilityCommand,
      responses: { 200: profile },
      handler: async ({ principal, body }) =>
        ok(await setAvailability(deps, principal.agentId, body.availability)),
    }),
    defineRoute({
      method: 'put',
      path: '/profile/push-reachability',
      tag,
      summary:
        'Say until when a device of one’s own takes push notifications: the router counts one as present',
      access: { permission: 'conversation.write' },
      body: setPushReachabilityCommand,
      responses: { 200: profile },
      handler: async ({ principal, body }) =>
        ok(await setPushReachability(deps, principal.agentId, body.until)),
    }),
    defineRoute({
      method: 'post',
      path: '/profile/second-factor',
      tag,
      summary: 'Begin a second factor; it is on once a code is confirmed',
      access: 'session',
      body: z.strictObject({ password }),
      responses: {
        200: {
          description: 'What an authenticator app needs',
          schema: z.object({ secret: z.string(), uri: z.string(), qrDataUrl: z.string() }),
        },
      },
      handler: async ({ principal, body, address }) =>
        ok(await beginSecondFactor(deps, principal.agentId, body.password, address)),
    }),
    defineRoute({
      method: 'post',
      path: '/profile/second-factor/confirm',
      tag,
      summary: 'Turn the second factor on with a code of the app',
      access: 'session',
      body: z.strictObject({ code: z.string().min(1).max(40) }),
      responses: {
        200: {
          description: 'One-time codes for the day the phone is lost, shown once',
          schema: z.object({ recoveryCodes: z.array(z.string()) }),
        },
      },
      handler: async ({ principal, body, address }) =>
        ok(await confirmSecondFactor(deps, principal.agentId, body.code, address)),
    }),
    defineRoute({
      method: 'delete',
      path: '/profile/second-factor',
      tag,
      summary: 'Turn the second factor off',
      access: 'session',
      body: z.strictObject({ password }),
      responses: { 204: { description: 'Turned off' } },
      async handler({ principal, body, address }) {
        await removeSecondFactor(deps, principal.agentId, body.password, address)
        return noContent()
      },
    }),
  ]
}
