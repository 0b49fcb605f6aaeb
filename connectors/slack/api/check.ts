import type { CheckResult } from '../../../src/contract/check-result.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { choose } from '../choose.ts'
import type { SlackConfig } from '../config.ts'
import { fieldsIn, isTrueIn, textIn } from '../events/fields.ts'
import { SCOPES } from '../settings.ts'
import { callSlack, type SlackContext } from './call.ts'

type Refusal = Extract<CheckResult, { ok: false }>

/** Tries the tokens, and compares what the app may do with what the settings want of it. */
export async function check(ctx: SlackContext): Promise<CheckResult> {
  try {
    const { fields, scopes } = await callSlack('auth.test', {}, ctx, { signal: ctx.signal })
    const lacking = scopes === undefined ? [] : wanted(ctx.config).filter((scope) => !scopes.includes(scope))
    if (lacking.length > 0) return withoutScopes(lacking)
    const refusal = (await checkReceiving(ctx)) ?? undefined
    if (refusal !== undefined) return refusal
    const remarks = [...usefulScopes(scopes), ...(await channelRemarks(ctx))]
    const who = `Signed in as ${textIn(fields, 'user') ?? 'the app'} in ${textIn(fields, 'team') ?? 'the workspace'}.`
    return { ok: true, detail: [who, ...remarks].join(' ') }
  } catch (error) {
    return refusalOf(error, 'botToken')
  }
}

function wanted({ directMessages, mentions, channels, agentNames }: SlackConfig): readonly string[] {
  // A channel that is public wants one scope and a private one another: either will do.
  const history = (scopes: readonly string[]): readonly string[] =>
    scopes.filter((scope) => !scope.startsWith('groups:'))
  return [
    ...new Set<string>([
      ...SCOPES.always,
      ...(directMessages ? SCOPES.directMessages.filter((scope) => !scope.startsWith('mpim:')) : []),
      ...(mentions ? history(SCOPES.mentions) : []),
      ...(channels.length > 0 ? history(SCOPES.channels) : []),
      ...(agentNames ? SCOPES.agentNames : []),
    ]),
  ]
}

const withoutScopes = (lacking: readonly string[]): Refusal => ({
  ok: false,
  code: 'missing-scope',
  detail: `The app lacks these bot token scopes: ${lacking.join(', ')}. Add them under OAuth & Permissions and install it again.`,
  field: 'botToken',
})

const usefulScopes = (scopes: readonly string[] | undefined): readonly string[] =>
  scopes === undefined || SCOPES.useful.every((scope) => scopes.includes(scope))
    ? []
    : ['Without the scope users:read.email people come without their addresses.']

/** By Socket Mode the app-level token is tried; by the Events API only Slack can try. */
async function checkReceiving(ctx: SlackContext): Promise<Refusal | undefined> {
  const { config, webhookUrl } = ctx
  const { receives = choose(config, { reachable: webhookUrl.startsWith('https:') }) } = ctx
  if (receives === 'webhook') {
    return config.signingSecret
      ? undefined
      : {
          ok: false,
          code: 'no-signing-secret',
          detail: 'For the Events API the signing secret is needed: nothing can be believed without it.',
          field: 'signingSecret',
        }
  }
  if (!config.appToken)
    return {
      ok: false,
      code: 'no-app-token',
      detail: 'For Socket Mode an app-level token with the scope connections:write is needed.',
      field: 'appToken',
    }
  try {
    await callSlack('apps.connections.open', {}, ctx, { token: config.appToken, signal: ctx.signal })
    return undefined
  } catch (error) {
    return refusalOf(error, 'appToken')
  }
}

/** Channels that the app was not invited to stay silent. */
async function channelRemarks(ctx: SlackContext): Promise<readonly string[]> {
  const remarks: string[] = []
  for (const channel of ctx.config.channels) {
    try {
      const { fields } = await callSlack('conversations.info', { channel }, ctx, { signal: ctx.signal })
      const info = fieldsIn(fields, 'channel')
      if (!isTrueIn(info, 'is_member')) remarks.push(`Invite the app to #${textIn(info, 'name') ?? channel}.`)
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error
      remarks.push(
        error.facts.code === 'recipient-unknown'
          ? `The channel ${channel} does not exist, or the app cannot see it.`
          : `The channel ${channel} could not be looked at. ${error.facts.detail ?? ''}`.trimEnd(),
      )
    }
  }
  return remarks
}

function refusalOf(error: unknown, field: string): Refusal {
  if (!(error instanceof ConnectorError)) throw error
  const { code, detail = 'Slack cannot be used just now.' } = error.facts
  return { ok: false, code, detail, ...(error.facts.retry === 'never' && { field }) }
}
