import type { Twilio } from 'twilio'
import type { CheckResult } from '../../src/contract/check-result.ts'
import type { ConnectorContext } from '../../src/contract/connector.ts'
import { checkService, failed, isNotFound, withAddress } from '../shared/twilio/check-account.ts'
import type { WhatsAppConfig } from './settings.ts'

/** Twilio's shared number for trying things out; it belongs to no account. */
const SANDBOX = '+14155238886'

/** Whether the account has the sender, and where Twilio brings what customers write to it. */
export async function checkSender(
  client: Twilio,
  ctx: ConnectorContext<WhatsAppConfig>,
): Promise<CheckResult> {
  const { sender, number, messagingServiceSid } = ctx.config
  if (sender === 'service') return checkService(client, messagingServiceSid, ctx.webhookUrl)
  if (number === SANDBOX)
    return { ok: true, detail: 'Ready with the sandbox: it reaches only people who have joined it.' }
  const senders = await sendersOf(client)
  if (!senders)
    return { ok: true, detail: 'The account is good. Its WhatsApp senders could not be looked through.' }
  const found = senders.find(({ senderId }) => senderId === `whatsapp:${number}`)
  if (!found) return failed('number-unknown', `The account has no WhatsApp sender ${number}.`, 'number')
  if (!found.status.startsWith('ONLINE'))
    return failed('sender-offline', `The WhatsApp sender is not online: ${words(found.status)}.`, 'number')
  return withAddress(`Ready to send from ${number}.`, found.webhook?.callbackUrl, ctx.webhookUrl)
}

async function sendersOf(client: Twilio) {
  try {
    return await client.messaging.v2.channelsSenders.list({ channel: 'whatsapp', limit: 1_000 })
  } catch (error) {
    // Accounts of some regions have no list of senders.
    if (isNotFound(error)) return undefined
    throw error
  }
}

const words = (status: string): string => status.toLowerCase().replaceAll(/[_:]/g, ' ')
