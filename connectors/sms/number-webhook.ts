import type { Twilio } from 'twilio'
import type { CheckResult } from '../../src/contract/check-result.ts'
import type { ConnectorContext } from '../../src/contract/connector.ts'
import { ConnectorError } from '../../src/contract/connector-error.ts'
import { checkService, failed, pointsHere, withAddress } from '../shared/twilio/check-account.ts'
import { openClient } from '../shared/twilio/client.ts'
import { canCall } from '../shared/twilio/reach.ts'
import { withFacts } from '../shared/twilio/trouble.ts'
import type { SmsConfig } from './settings.ts'

type SmsContext = ConnectorContext<SmsConfig>

/** Twilio tries five times more, whatever went wrong, and not once as by itself. */
const RETRIES = '#rc=5&rp=all'

/** Whether the account has the number, and where Twilio brings what customers write to it. */
export async function checkSender(client: Twilio, ctx: SmsContext): Promise<CheckResult> {
  const { sender, number, messagingServiceSid, manageWebhook } = ctx.config
  if (sender === 'service') return checkService(client, messagingServiceSid, ctx.webhookUrl)
  const ready = `Ready to send from ${number}.`
  if (!number.startsWith('+')) {
    const [code] = await client.api.v2010
      .accounts(ctx.config.accountSid)
      .shortCodes.list({ shortCode: number })
    return code?.shortCode === number
      ? withAddress(ready, code.smsUrl, ctx.webhookUrl)
      : failed('number-unknown', `The account has no short code ${number}.`, 'number')
  }
  const found = await numberOf(client, number)
  if (!found) return failed('number-unknown', `The account has no number ${number}.`, 'number')
  if (found.capabilities?.sms === false)
    return failed('number-without-sms', `The number ${number} cannot send text messages.`, 'number')
  return manageWebhook ? { ok: true, detail: ready } : withAddress(ready, found.smsUrl, ctx.webhookUrl)
}

async function numberOf(client: Twilio, phoneNumber: string) {
  const numbers = await client.incomingPhoneNumbers.list({ phoneNumber, limit: 20 })
  // The filter finds numbers that only begin so, too.
  return numbers.find((one) => one.phoneNumber === phoneNumber)
}

const isManaged = ({ manageWebhook, sender, number }: SmsConfig): boolean =>
  manageWebhook && sender === 'number' && number.startsWith('+')

/** Makes Twilio bring here what customers write to the number, where the settings say so. */
async function pointNumberHere(ctx: SmsContext): Promise<void> {
  if (!isManaged(ctx.config)) return
  await withFacts(async () => {
    const { config, webhookUrl } = ctx
    if (!canCall(webhookUrl, config.apiBaseUrl))
      throw refusal('webhook-unreachable', `Twilio cannot call ${webhookUrl}: it is not on the internet.`)
    const client = await openClient(ctx)
    const found = await numberOf(client, config.number)
    if (!found) throw refusal('sender-unknown', `The account has no number ${config.number}.`)
    const smsUrl = `${webhookUrl}${RETRIES}`
    if (found.smsUrl === smsUrl && found.smsMethod === 'POST') return
    await client
      .incomingPhoneNumbers(found.sid)
      .update({ smsUrl, smsMethod: 'POST', smsFallbackUrl: smsUrl, smsFallbackMethod: 'POST' })
  })
}

const refusal = (code: string, detail: string): ConnectorError =>
  new ConnectorError({ code, detail, retry: 'never', delivery: 'not-sent' })

/** Takes our address out again, unless somebody has set another one since. */
async function releaseNumber(ctx: SmsContext): Promise<void> {
  if (!isManaged(ctx.config)) return
  await withFacts(async () => {
    const client = await openClient(ctx)
    const found = await numberOf(client, ctx.config.number)
    if (!found) return
    const main = pointsHere(found.smsUrl, ctx.webhookUrl) ? { smsUrl: '' } : {}
    const fallback = pointsHere(found.smsFallbackUrl, ctx.webhookUrl) ? { smsFallbackUrl: '' } : {}
    const change = { ...main, ...fallback }
    if (Object.keys(change).length > 0) await client.incomingPhoneNumbers(found.sid).update(change)
  })
}

/** What a channel of one number does with it. */
export const ownNumber = {
  activate: pointNumberHere,
  deactivate: releaseNumber,
  /** Another number takes its place, which would go on bringing messages here. */
  relocates: (before: SmsConfig, after: SmsConfig): boolean =>
    isManaged(before) &&
    after.sender === 'number' &&
    (before.number !== after.number ||
      before.accountSid !== after.accountSid ||
      before.apiBaseUrl !== after.apiBaseUrl),
}
