/** Proves on a fake platform what the capabilities declare native: what is not proven is not so. */
import type { Support } from '../../src/domain/capabilities.ts'
import { allowsContentType } from '../../src/domain/outbound.ts'
import type { Check, Finding } from './kit-subject.ts'
import {
  type MessageArrival,
  messageTo,
  onPlatform,
  outcomeOf,
  type Stage,
  sendAndSee,
} from './platform-stage.ts'

/** Every sign that some platform takes for markup, an entity, and letters of more than one unit. */
const SIGNS = 'Hi *a* _b_ ~c~ `d` <b>&amp;</b> [x](y) \\ # é 👋🏽'
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

type Proof = (stage: Stage) => Promise<readonly Finding[]>

const provesText: Proof = async (stage) => {
  const { maxLength } = stage.capabilities.text
  const found: Finding[] = []
  for (const text of [SIGNS.length > maxLength ? 'Hello' : SIGNS, 'a'.repeat(maxLength)]) {
    const sent = await sendAndSee(stage, messageTo(stage, { text }))
    if (!sent.ok) return sent.found
    if (sent.arrived.length !== 1) found.push('sends one text as several')
    if (sent.arrived[0]?.text !== text)
      found.push(`sends ${text.slice(0, 60)} and ${sent.arrived[0]?.text.slice(0, 60)} arrives`)
  }
  return found
}

const provesFormatting: Proof = async (stage) => {
  const text = 'One *bold* & <brave> word'
  const spans = [{ kind: 'bold', offset: text.indexOf('<'), length: '<brave>'.length }] as const
  const sent = await sendAndSee(stage, messageTo(stage, { text, spans }))
  if (!sent.ok) return sent.found
  const [arrival] = sent.arrived
  if (arrival?.text !== text) return [`formats so that ${arrival?.text} arrives`]
  return JSON.stringify(arrival.bold) === '["<brave>"]' ? [] : ['formats nothing, or something else']
}

const provesFiles: Proof = async (stage) => {
  const {
    contentTypes,
    maxPerMessage,
    maxTextLength = Number.POSITIVE_INFINITY,
  } = stage.capabilities.attachments
  const named = contentTypes.find((type) => !type.endsWith('/*'))
  const contentType = allowsContentType(contentTypes, 'image/png') ? 'image/png' : named
  if (contentType === undefined) return ['takes no files that could be tried']
  const found: Finding[] = []
  for (const count of new Set([1, Math.min(maxPerMessage, 3)])) {
    const files = Array.from({ length: count }, (_, index) =>
      stage.file(`picture ${index + 1}.png`, contentType, Buffer.concat([PNG, Buffer.from([index])])),
    )
    const text = maxTextLength >= 16 ? 'With its pictures'.slice(0, 16) : ''
    for (const said of new Set([text, ''])) {
      const sent = await sendAndSee(stage, messageTo(stage, { text: said, attachments: files }))
      if (!sent.ok) return sent.found
      const words = sent.arrived.map((arrival) => arrival.text).filter((line) => line !== '')
      if (words.join('\n') !== said) found.push(`sends files with ${said} and ${words.join('\n')} arrives`)
      const arrived = sent.arrived.flatMap((arrival) => arrival.files)
      if (arrived.length !== count) found.push(`sends ${count} files and ${arrived.length} arrive`)
      for (const [index, file] of files.entries())
        if (!(await isSame(arrived[index], file))) found.push(`sends ${file.name} and something else arrives`)
    }
  }
  return found
}

async function isSame(
  arrived: MessageArrival['files'][number] | undefined,
  file: ReturnType<Stage['file']>,
): Promise<boolean> {
  if (arrived?.bytes === undefined) return arrived?.url === file.publicUrl()
  const chunks: Buffer[] = []
  for await (const chunk of await file.open()) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).equals(arrived.bytes)
}

const provesReply: Proof = async (stage) => {
  const { heard } = stage.platform
  const sent = await sendAndSee(stage, messageTo(stage, { replyToExternalId: heard }))
  if (!sent.ok) return sent.found
  return sent.arrived[0]?.replyTo === heard ? [] : ['answers nothing that the platform could tell']
}

/** Does something beside sending, and looks for what must then arrive. */
async function arrivesAs(
  stage: Stage,
  what: string,
  act: () => Promise<void> | undefined,
  expected: object,
): Promise<readonly Finding[]> {
  const before = stage.platform.arrivals().length
  const outcome = await outcomeOf(stage, async () => act())
  if ('error' in outcome) return [`cannot ${what}: ${String(outcome.error)}`]
  const arrived = stage.platform.arrivals().slice(before)
  const fits = arrived.some((arrival) =>
    Object.entries(expected).every(([key, value]) => arrival[key as keyof typeof arrival] === value),
  )
  return fits ? [] : [`says that it did ${what}, and ${JSON.stringify(arrived)} arrived`]
}

const provesTyping: Proof = (stage) =>
  arrivesAs(stage, 'show typing', () => stage.connector.sendTyping?.(messageTo(stage).to, stage.ctx), {
    kind: 'typing',
  })

const provesMarkRead: Proof = (stage) => {
  const { heard } = stage.platform
  return arrivesAs(
    stage,
    'mark as read',
    () => stage.connector.markRead?.(heard, messageTo(stage).to, stage.ctx),
    { kind: 'read', externalId: heard },
  )
}

const provesEdit: Proof = async (stage) => {
  const message = messageTo(stage)
  const sent = await sendAndSee(stage, message)
  if (!sent.ok) return sent.found
  const { externalId } = sent
  const text = SIGNS.length > stage.capabilities.text.maxLength ? 'Changed' : SIGNS
  return arrivesAs(
    stage,
    'edit',
    () => stage.connector.editMessage?.(externalId, { ...message, text }, stage.ctx),
    { kind: 'edit', externalId, text },
  )
}

const provesDeletion: Proof = async (stage) => {
  const message = messageTo(stage)
  const sent = await sendAndSee(stage, message)
  if (!sent.ok) return sent.found
  const { externalId } = sent
  return arrivesAs(
    stage,
    'delete',
    () => stage.connector.deleteMessage?.(externalId, message.to, stage.ctx),
    { kind: 'deletion', externalId },
  )
}

const provesTemplates: Proof = async (stage) => {
  const listed = await outcomeOf(stage, async () => (await stage.connector.listTemplates?.(stage.ctx)) ?? [])
  if ('error' in listed) return [`cannot list templates: ${String(listed.error)}`]
  const usable = listed.value.find(({ unusable }) => unusable === undefined)
  if (!usable) return ['lists no template that could be sent']
  const found: Finding[] = []
  for (const { id, body, variables } of listed.value)
    for (const { key } of variables)
      if (!body.includes(`{{${key}}}`)) found.push(`lists ${id} with ${key}, which stands nowhere in it`)
  const variables = Object.fromEntries(usable.variables.map(({ key }, index) => [key, `value ${index + 1}`]))
  const text = usable.body.replace(/\{\{(.+?)\}\}/g, (gap, key: string) => variables[key] ?? gap)
  const { id, name } = usable
  const sent = await sendAndSee(stage, messageTo(stage, { text, template: { id, name, variables } }))
  if (!sent.ok) return [...found, ...sent.found]
  if (sent.arrived[0]?.template !== id) found.push('sends an approved message as free text')
  return found
}

const provesBeginnings: Proof = async (stage) => {
  const { to } = messageTo(stage)
  const sent = await sendAndSee(stage, messageTo(stage, { to: stage.platform.stranger ?? to }))
  return sent.ok ? [] : sent.found
}

const PROOFS: Readonly<
  Record<string, { readonly support: (stage: Stage) => Support | undefined; readonly prove: Proof }>
> = {
  text: { support: ({ capabilities }) => capabilities.text.support, prove: provesText },
  formatting: { support: ({ capabilities }) => capabilities.formatting, prove: provesFormatting },
  attachments: { support: ({ capabilities }) => capabilities.attachments.support, prove: provesFiles },
  replyTo: { support: ({ capabilities }) => capabilities.replyTo, prove: provesReply },
  typing: { support: ({ capabilities }) => capabilities.typing, prove: provesTyping },
  markRead: { support: ({ capabilities }) => capabilities.markRead, prove: provesMarkRead },
  editMessage: { support: ({ capabilities }) => capabilities.editMessage, prove: provesEdit },
  deleteMessage: { support: ({ capabilities }) => capabilities.deleteMessage, prove: provesDeletion },
  templates: { support: ({ capabilities }) => capabilities.templates, prove: provesTemplates },
  startConversation: {
    support: ({ capabilities }) => capabilities.startConversation,
    prove: provesBeginnings,
  },
}

/** Every native capability by its proof on the wire. */
export const PROOF_CHECKS: Readonly<Record<string, Check>> = Object.fromEntries(
  Object.entries(PROOFS).map(([capability, { support, prove }]) => [
    `${capability}, where it is native, is proven`,
    onPlatform(async (stage) => {
      if (support(stage) !== 'native') return []
      return (await prove(stage)).map((finding) => `${capability}: ${finding}`)
    }),
  ]),
)
