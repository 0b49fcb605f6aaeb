import type { MessageTemplate } from '../../src/domain/message-template.ts'

/** What a content of Twilio's is made of, as its API answers; nothing of it is taken on trust. */
export interface ContentFacts {
  readonly sid: string
  readonly friendlyName: string
  readonly language: string
  readonly variables: unknown
  readonly types: unknown
  readonly approvalRequests: unknown
}

type Facts = Readonly<Record<string, unknown>>

/** Kinds that can be sent to somebody who has not written within the last day. */
const OPENING: ReadonlySet<string> = new Set([
  'twilio/text',
  'twilio/media',
  'twilio/quick-reply',
  'twilio/call-to-action',
  'twilio/card',
  'whatsapp/card',
  'whatsapp/authentication',
  'twilio/carousel',
])

const KIND_WORDS: Readonly<Record<string, string>> = {
  'twilio/list-picker': 'A list to pick from can only answer a customer who wrote within the last 24 hours.',
  'twilio/location': 'A location can only answer a customer who wrote within the last 24 hours.',
}

const STATUS_WORDS: Readonly<Record<string, string>> = {
  unsubmitted: 'It was never handed in to WhatsApp for approval.',
  received: 'WhatsApp has not looked at it yet.',
  pending: 'WhatsApp has not approved it yet.',
  rejected: 'WhatsApp has rejected it.',
  paused: 'WhatsApp has paused it because customers marked it as unwanted.',
  disabled: 'WhatsApp has switched it off.',
}

/** Makes a template of a content; undefined of one without anything to read. */
export function templateOf(content: ContentFacts): MessageTemplate | undefined {
  const approval = approvalOf(content.approvalRequests)
  const types = factsOf(content.types)
  const wanted = textOf(approval['content_type'])
  const kind = wanted !== '' && Object.hasOwn(types, wanted) ? wanted : (Object.keys(types)[0] ?? '')
  const shape = factsOf(types[kind])
  const text = bodyOf(shape)
  if (content.sid === '' || text === '') return undefined
  const media = [shape['media']].flat().map(textOf).filter(Boolean)
  const actions = listOf(shape['actions'])
  const buttons = actions.map(labelOf).filter(Boolean)
  // A gap in an address is to be filled, too: it is shown where an agent sees what he fills.
  const body = [text, ...[...actions.map(actionLine), ...media].filter((line) => GAP.test(line))].join('\n')
  const category = textOf(approval['category'])
  const unusable = unusableBecause(kind, approval)
  return {
    id: content.sid,
    name: textOf(approval['name']) || content.friendlyName,
    language: content.language,
    ...(category === '' ? {} : { category }),
    body,
    variables: variablesIn(body, factsOf(content.variables)),
    buttons,
    media,
    ...(unusable === undefined ? {} : { unusable }),
  }
}

const GAP = /\{\{[\w.-]{1,50}\}\}/

const labelOf = ({ title, text }: Facts): string => textOf(title) || textOf(text)

const actionLine = (action: Facts): string =>
  `${labelOf(action)}: ${textOf(action['url']) || textOf(action['phone'])}`

/** Twilio puts the approval either there or under the name of the channel. */
function approvalOf(requests: unknown): Facts {
  const facts = factsOf(Array.isArray(requests) ? requests[0] : requests)
  return Object.hasOwn(facts, 'whatsapp') ? factsOf(facts['whatsapp']) : facts
}

/** What is read first, then what stands below it. */
function bodyOf(shape: Facts): string {
  const parts = ['header_text', 'title', 'body', 'subtitle', 'footer', 'footer_text']
  return parts
    .map((name) => textOf(shape[name]))
    .filter(Boolean)
    .join('\n')
}

function variablesIn(text: string, examples: Facts): MessageTemplate['variables'] {
  const keys = [...text.matchAll(/\{\{([\w.-]{1,50})\}\}/g)].map(([, key = '']) => key)
  return [...new Set(keys)].map((key) => {
    const example = Object.hasOwn(examples, key) ? textOf(examples[key]) : ''
    return { key, ...(example === '' ? {} : { example }) }
  })
}

function unusableBecause(kind: string, approval: Facts): string | undefined {
  if (!OPENING.has(kind)) return KIND_WORDS[kind] ?? 'This kind of template cannot begin a conversation.'
  const status = textOf(approval['status']).toLowerCase() || 'unsubmitted'
  if (status === 'approved') return undefined
  const words = STATUS_WORDS[status] ?? 'WhatsApp has not approved it.'
  const reason = textOf(approval['rejection_reason'])
  return reason === '' || reason === 'NONE' ? words : `${words} Reason: ${reason}`
}

const factsOf = (value: unknown): Facts =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Facts) : {}

const listOf = (value: unknown): readonly Facts[] => (Array.isArray(value) ? value.map(factsOf) : [])

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''

/** The longest text of a template with its gaps filled (Twilio error 63021). */
const TEMPLATE_LIMIT = 1_024

/** Why a filled template would be refused, found out before anything is sent. */
export function refuseTemplate({
  text,
  variables,
}: {
  readonly text: string
  readonly variables: Readonly<Record<string, string>>
}): { readonly code: string; readonly detail: string } | undefined {
  if (text.length > TEMPLATE_LIMIT)
    return {
      code: 'text-too-long',
      detail: `With its gaps filled the template has ${text.length} characters; WhatsApp takes 1,024.`,
    }
  const [key] = Object.entries(variables).find(([, value]) => /[\n\t]| {5}|^\s*$/.test(value)) ?? []
  if (key === undefined) return undefined
  return {
    code: 'template-variables',
    detail: `What fills the gap {{${key}}} must not be empty and must stay on one line, without wide spaces.`,
  }
}
