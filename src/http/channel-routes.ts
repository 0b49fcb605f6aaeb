import type { ChannelId } from '../domain/ids.ts'
import { deleteChannel } from '../services/delete-channel.ts'
import {
  checkChannel,
  createChannel,
  listChannels,
  listChannelTypes,
  type ManageChannelsDeps,
  readChannel,
  readChannelRouting,
  rotateSecret,
  updateChannel,
  updateChannelRouting,
} from '../services/manage-channels.ts'
import { pageOfWhole } from '../services/page-cursor.ts'
import { createChannelCommand, updateChannelCommand, updateChannelRoutingCommand } from './command-schemas.ts'
import { id, recordKey, version, wholePageQuery, z } from './fields.ts'
import { created, defineRoute, ok, type RouteDefinition } from './route.ts'
import {
  channelAdminView,
  channelMark,
  channelPage,
  channelRoutingView,
  channelView,
  configValue,
} from './view-schemas.ts'

const params = z.strictObject({ id: id<ChannelId>() })

const showCondition = z.object({
  key: z.string(),
  equals: z.union([z.string(), z.boolean(), z.array(z.string())]),
})

const configField = z
  .object({
    key: z.string(),
    label: z.string(),
    help: z.string().optional(),
    kind: z.enum([
      'text',
      'textarea',
      'number',
      'boolean',
      'select',
      'color',
      'url',
      'list',
      'secret',
      'channel',
    ]),
    required: z.boolean(),
    default: configValue.optional(),
    generated: z.boolean().optional(),
    generatedAs: z.literal('whsec').optional(),
    pattern: z.string().optional(),
    patternHelp: z.string().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    maxLength: z.number().optional(),
    options: z.array(z.object({ value: z.string(), label: z.string() })).optional(),
    showWhen: z.union([showCondition, z.array(showCondition)]).optional(),
  })
  .openapi('ConfigField')

const checkResult = z
  .object({
    ok: z.boolean(),
    code: z.string().optional(),
    detail: z.string().optional(),
    remains: z.string().optional(),
    field: z.string().optional(),
  })
  .openapi('CheckResult')

const setupStep = z
  .object({
    text: z.string(),
    link: z.object({ label: z.string(), url: z.string() }).optional(),
    copies: z.enum(['webhook-url']).optional(),
  })
  .openapi('SetupStep')

/** Channels and the kinds they are of. */
export function channelRoutes(deps: ManageChannelsDeps): readonly RouteDefinition[] {
  const tag = 'channels'
  const manage = { permission: 'channel.manage' } as const
  const route = { permission: 'routing.manage' } as const
  const channel = { description: 'The channel; secrets read as true', schema: channelAdminView }
  const routing = { description: 'The channel without its settings', schema: channelRoutingView }
  return [
    defineRoute({
      method: 'get',
      path: '/channel-types',
      tag,
      summary: 'The kinds of channel that can be added, with their settings',
      access: { permission: 'channel.read' },
      responses: {
        200: {
          description: 'Every kind',
          schema: z.object({
            items: z.array(
              z.object({
                type: z.string(),
                displayName: z.string(),
                summary: z.string(),
                mark: channelMark.optional(),
                configFields: z.array(configField),
                setup: z.array(setupStep).optional(),
                hasWidget: z.boolean(),
              }),
            ),
          }),
        },
      },
      handler: async () => ok({ items: listChannelTypes(deps) }),
    }),
    defineRoute({
      method: 'get',
      path: '/channels',
      tag,
      summary: 'List the channels that one may see',
      access: { permission: 'channel.read' },
      query: wholePageQuery,
      responses: { 200: { description: 'Oldest first', schema: channelPage } },
      handler: async ({ principal, query }) => ok(pageOfWhole(await listChannels(deps, principal), query)),
    }),
    defineRoute({
      method: 'post',
      path: '/channels',
      tag,
      summary: 'Add a channel',
      access: manage,
      body: createChannelCommand,
      responses: { 201: channel },
      handler: async ({ body }) => created(await createChannel(deps, body)),
    }),
    defineRoute({
      method: 'get',
      path: '/channels/:id',
      tag,
      summary: 'Read a channel with its settings',
      access: manage,
      params,
      responses: { 200: channel },
      handler: async ({ params }) => ok(await readChannel(deps, params.id)),
    }),
    defineRoute({
      method: 'patch',
      path: '/channels/:id',
      tag,
      summary: 'Change a channel; settings left out stay',
      access: manage,
      params,
      body: updateChannelCommand,
      versioned: true,
      responses: { 200: channel },
      handler: async ({ params, body }) => ok(await updateChannel(deps, params.id, body)),
    }),
    defineRoute({
      method: 'delete',
      path: '/channels/:id',
      tag,
      summary: 'Delete a channel for good; its conversations stay readable. Deleting it twice does no harm',
      access: manage,
      params,
      responses: {
        200: {
          description: 'As it is shown with its conversations from now on',
          schema: z.object({
            channel: channelView,
            problem: z.string().optional().describe('Why the platform could not be told, in words'),
          }),
        },
      },
      handler: async ({ params }) => ok(await deleteChannel(deps, params.id)),
    }),
    defineRoute({
      method: 'get',
      path: '/channels/:id/routing',
      tag,
      summary: 'Read who gets the conversations of a channel',
      access: route,
      params,
      responses: { 200: routing },
      handler: async ({ params }) => ok(await readChannelRouting(deps, params.id)),
    }),
    defineRoute({
      method: 'patch',
      path: '/channels/:id/routing',
      tag,
      summary: 'Change who gets the conversations of a channel; what is left out stays',
      access: route,
      params,
      body: updateChannelRoutingCommand,
      versioned: true,
      responses: { 200: routing },
      handler: async ({ params, body }) => ok(await updateChannelRouting(deps, params.id, body)),
    }),
    defineRoute({
      method: 'post',
      path: '/channels/:id/check',
      tag,
      summary: 'Test the connection',
      access: manage,
      params,
      responses: { 200: { description: 'What the test found', schema: checkResult } },
      handler: async ({ params }) => ok(await checkChannel(deps, params.id)),
    }),
    defineRoute({
      method: 'post',
      path: '/channels/:id/secrets/:key/rotate',
      tag,
      summary: 'Replace a generated secret; the new one is shown once',
      access: manage,
      params: params.extend({ key: recordKey }),
      body: z.strictObject({ version }),
      versioned: true,
      responses: {
        200: {
          description: 'The new secret',
          schema: z.object({ value: z.string(), channel: channelAdminView }),
        },
      },
      handler: async ({ params, body }) => ok(await rotateSecret(deps, params.id, params.key, body.version)),
    }),
  ]
}
