/** From the thread of a conversation to the place in Slack where its answers go. */
import type { OutboundMessage } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { fieldsIn, textIn } from '../events/fields.ts'
import { callSlack, type SlackContext } from './call.ts'

/** Where a message goes. */
export interface Destination {
  readonly channel: string
  readonly threadTs?: string
}

const PERSON = /^[UW][A-Z0-9]{1,30}$/
const PLACE = /^([A-Za-z0-9]{1,40})(?::([\w.]{1,30}))?$/
const MOST_KNOWN = 10_000

/** The direct channels that were opened, by bot and person: Slack gives the same one every time. */
const opened = new Map<string, string>()

/**
 * Finds the place. A person’s direct channel is opened when it is first needed.
 * @throws ConnectorError
 */
export async function destinationOf(to: OutboundMessage['to'], ctx: SlackContext): Promise<Destination> {
  if (PERSON.test(to.threadKey)) return { channel: await directChannel(to.threadKey, ctx) }
  const [, channel, threadTs] = PLACE.exec(to.threadKey) ?? []
  if (channel === undefined)
    throw new ConnectorError({
      code: 'recipient-unknown',
      detail: 'Write to a person or a channel by the id that Slack shows for it.',
      retry: 'never',
      delivery: 'not-sent',
    })
  return { channel, ...(threadTs !== undefined && { threadTs }) }
}

async function directChannel(user: string, ctx: SlackContext): Promise<string> {
  const key = `${ctx.config.apiBaseUrl} ${ctx.config.botToken} ${user}`
  const known = opened.get(key)
  if (known !== undefined) return known
  const { fields } = await beforeSending(callSlack('conversations.open', { users: user }, ctx))
  const channel = textIn(fieldsIn(fields, 'channel'), 'id')
  if (channel === undefined)
    throw new ConnectorError({
      code: 'platform-unavailable',
      detail: 'Slack does not answer properly just now.',
      retry: 'later',
      delivery: 'not-sent',
    })
  if (opened.size >= MOST_KNOWN) opened.clear()
  opened.set(key, channel)
  return channel
}

/** Whatever becomes of these calls, nobody has been shown anything by them. */
export async function beforeSending<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    throw new ConnectorError({ ...error.facts, delivery: 'not-sent' }, { cause: error })
  }
}
