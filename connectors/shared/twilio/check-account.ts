import type { Twilio } from 'twilio'
import type { CheckResult } from '../../../src/contract/check-result.ts'
import { openClient, type TwilioContext } from './client.ts'
import { canCall } from './reach.ts'
import { ApiTrouble, factsOf } from './trouble.ts'

type CheckContext = TwilioContext & { readonly webhookUrl: string }

/** Why a check failed, with the setting to look at. */
export type CheckFailure = Extract<CheckResult, { ok: false }>

/** What is looked at once the account is known to be good. */
export type CheckSender<C extends CheckContext> = (client: Twilio, ctx: C) => Promise<CheckResult>

/** "Test connection": the account first, then what it sends from. */
export async function checkAccount<C extends CheckContext>(
  ctx: C,
  checkSender: CheckSender<C>,
): Promise<CheckResult> {
  const { accountSid } = ctx.config
  try {
    const client = await openClient(ctx)
    const { status, type } = await client.api.v2010.accounts(accountSid).fetch()
    if (status !== 'active')
      return failed(
        'account-suspended',
        `The Twilio account is ${status}: its owner has to reopen it.`,
        'accountSid',
      )
    const found = await checkSender(client, ctx)
    if (!found.ok) return found
    const hints = [found.detail]
    if (type === 'Trial')
      hints.push('It is a trial account: it reaches only numbers that were verified in the Twilio console.')
    if (!canCall(ctx.webhookUrl, ctx.config.apiBaseUrl))
      hints.push(
        'Twilio cannot call this server, whose public address is not on the internet: news comes every few minutes.',
      )
    return { ...found, detail: hints.filter(Boolean).join(' ') }
  } catch (error) {
    return failureOf(error)
  }
}

export const failed = (code: string, detail: string, field?: string): CheckFailure => ({
  ok: false,
  code,
  detail,
  ...(field === undefined ? {} : { field }),
})

function failureOf(error: unknown): CheckFailure {
  const { code, detail = code } = factsOf(error)
  const field = FIELDS[code]
  return field === undefined && isNotFound(error)
    ? failed('account-unknown', 'Twilio knows no account with this SID.', 'accountSid')
    : failed(code, detail, field)
}

const FIELDS: Readonly<Record<string, string>> = {
  'bad-credentials': 'authToken',
  'platform-unreachable': 'apiBaseUrl',
  'destination-not-allowed': 'apiBaseUrl',
  'answer-unreadable': 'apiBaseUrl',
}

/** Whether Twilio said that it has no such thing. */
export const isNotFound = (error: unknown): boolean =>
  error instanceof ApiTrouble && error.trouble.kind === 'refused' && error.trouble.status === 404

/** A service's own settings, as far as they decide where messages go. */
export async function checkService(client: Twilio, sid: string, webhookUrl: string): Promise<CheckResult> {
  try {
    const service = await client.messaging.v1.services(sid).fetch()
    const { friendlyName, useInboundWebhookOnNumber, inboundRequestUrl } = service
    if (useInboundWebhookOnNumber)
      return {
        ok: true,
        detail: `Ready to send by “${friendlyName}”.`,
        remains: 'Its numbers decide where messages go: point each of them here.',
      }
    return withAddress(`Ready to send by “${friendlyName}”.`, inboundRequestUrl, webhookUrl)
  } catch (error) {
    if (!isNotFound(error)) throw error
    return failed(
      'service-unknown',
      'The account has no messaging service with this SID.',
      'messagingServiceSid',
    )
  }
}

/** A good result, with what is left to do where Twilio brings messages elsewhere. */
export function withAddress(
  ready: string,
  actual: string | null | undefined,
  webhookUrl: string,
): CheckResult {
  if (pointsHere(actual, webhookUrl)) return { ok: true, detail: ready }
  const now = actual ? 'elsewhere' : 'nowhere'
  return {
    ok: true,
    detail: ready,
    remains: `What customers write goes ${now} at present: set the address ${webhookUrl}`,
  }
}

/** Whether an address is ours; what stands behind the # tells Twilio how to retry. */
export const pointsHere = (address: string | null | undefined, webhookUrl: string): boolean =>
  (address ?? '').split('#', 1)[0] === webhookUrl
