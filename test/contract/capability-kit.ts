/** What a connector's description of itself must keep to. */
import type { Capabilities, PaceLimit } from '../../src/domain/capabilities.ts'
import { planOutbound } from '../../src/domain/outbound.ts'
import type { Check, Finding } from './kit-subject.ts'

const isCount = (value: number | undefined): boolean => value === undefined || isNatural(value)
const isNatural = (value: number): boolean => Number.isSafeInteger(value) && value > 0

const keepsToTextLimit: Check = ({ connector, config }) => {
  const capabilities = connector.capabilities(config)
  const { support, maxLength, overLimit } = capabilities.text
  if (support === 'absent') return []
  if (!Number.isSafeInteger(maxLength) || maxLength < 2) return [`carries texts of ${maxLength} characters`]
  const plan = (text: string) =>
    planOutbound({ text, attachments: [] }, capabilities, { lastInboundAtMs: 1_000 }, 1_001)
  const [at, over] = [plan('a'.repeat(maxLength)), plan('a'.repeat(maxLength + 1))]
  const found: Finding[] = []
  if (!at.ok || at.parts.length !== 1) found.push('does not carry a text at its limit in one message')
  if (overLimit === 'refuse' ? over.ok : !over.ok || over.parts.length !== 2)
    found.push('does not treat a text beyond its limit as it says')
  return found
}

const METHODS = {
  sendTyping: 'typing',
  markRead: 'markRead',
  editMessage: 'editMessage',
  deleteMessage: 'deleteMessage',
  listTemplates: 'templates',
} as const

const hasWhatItDeclares: Check = ({ connector, config }) => {
  const capabilities = connector.capabilities(config)
  const found = Object.entries(METHODS).flatMap(([method, capability]): Finding[] => {
    const declared = capabilities[capability] === 'native'
    const present = connector[method as keyof typeof METHODS] !== undefined
    if (declared === present) return []
    return [
      declared ? `declares ${method} native and lacks it` : `has ${method} and does not declare it native`,
    ]
  })
  if (JSON.stringify(connector.capabilities(config)) !== JSON.stringify(capabilities))
    found.push('declares other capabilities when asked again')
  return found
}

const isPace = (limit: PaceLimit | undefined): boolean =>
  limit === undefined || (isNatural(limit.messages) && isNatural(limit.perMs) && isCount(limit.burst))

const attachmentFaults = ({ attachments, text }: Capabilities): readonly Finding[] => {
  const { support, maxBytes, maxPerMessage, maxTotalBytes, maxTextLength, sizeLimits = [] } = attachments
  if (support === 'absent') return []
  const found: Finding[] = []
  if (!isNatural(maxBytes) || !isNatural(maxPerMessage)) found.push('takes files and allows none')
  if (!isCount(maxTotalBytes)) found.push(`takes files of ${maxTotalBytes} bytes together`)
  if (maxTextLength !== undefined && (!(maxTextLength >= 0) || maxTextLength > text.maxLength))
    found.push('carries longer texts with files than without')
  for (const limit of sizeLimits) {
    if (limit.contentTypes.length === 0) found.push('limits files of no type')
    if (!isNatural(limit.maxBytes)) found.push(`limits files to ${limit.maxBytes} bytes`)
    if (limit.maxBytes > maxBytes) found.push('has a narrower limit that is wider')
  }
  const limited = sizeLimits.map(({ contentTypes }) => contentTypes)
  const types = [attachments.contentTypes, attachments.textWith ?? [], ...limited].flat()
  for (const type of types)
    if (!/^[a-z]+\/([a-z0-9.+-]+|\*)$/.test(type)) found.push(`names a content type ${type}`)
  return found
}

const isConsistent: Check = ({ connector, config }) => {
  const capabilities = connector.capabilities(config)
  const { pacing, retry, replyWindowHours, letters, text } = capabilities
  const found = [...attachmentFaults(capabilities)]
  for (const limit of [pacing?.channel, ...(pacing?.thread ?? [])])
    if (!isPace(limit)) found.push(`paces itself by ${JSON.stringify(limit)}`)
  if (retry && (!isNatural(retry.maxAttempts) || !(retry.firstDelayMs <= retry.longestDelayMs)))
    found.push(`tries again by ${JSON.stringify(retry)}`)
  if (replyWindowHours !== undefined && !(replyWindowHours > 0))
    found.push(`may answer for ${replyWindowHours} hours`)
  if (letters && !isNatural(letters.maxRecipients)) found.push('carries letters to nobody')
  for (const { single, each } of text.segments ? [text.segments.gsm7, text.segments.ucs2] : [])
    if (!isNatural(each) || !isNatural(single) || each > single) found.push('counts segments that cannot be')
  return found
}

/** Every check by what it promises. */
export const CAPABILITY_CHECKS: Readonly<Record<string, Check>> = {
  'text at its limit goes whole, beyond it as declared': keepsToTextLimit,
  'it has exactly the methods that it declares native': hasWhatItDeclares,
  'its limits can all be kept to': isConsistent,
}
