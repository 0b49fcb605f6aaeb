import { describe, expect, it } from 'vitest'
import { planOutbound } from '../../src/domain/outbound.ts'
import { afterSending, earliestMs, RESTED } from '../../src/domain/pacing.ts'
import type { WhatsAppConfig } from './settings.ts'
import { whatsapp } from './whatsapp-connector.ts'

const NOW = 1_000_000_000
const capabilities = whatsapp.capabilities({ messagesPerSecond: 80 } as WhatsAppConfig)

const planned = (text: string, ...contentTypes: readonly string[]) => {
  const attachments = contentTypes.map((contentType) => ({ name: 'a', contentType, sizeBytes: 10 }))
  const plan = planOutbound({ text, attachments }, capabilities, { lastInboundAtMs: NOW }, NOW)
  return plan.ok ? plan.parts.map((part) => [part.text, ...part.attachmentIndexes]) : plan.refusal
}

describe('a text with a file', () => {
  it.each(['image/jpeg', 'image/png', 'video/mp4'])('goes along with %s', (type) => {
    expect(planned('See', type)).toEqual([['See', 0]])
  })

  it.each(['application/pdf', 'audio/ogg', 'text/vcard', 'image/webp', 'image/gif'])(
    'goes ahead of %s, which would arrive without it',
    (type) => {
      expect(planned('See', type)).toEqual([['See'], ['', 0]])
      expect(planned('', type)).toEqual([['', 0]])
    },
  )

  it('goes with the first of several where that takes it along', () => {
    expect(planned('See', 'image/png', 'application/pdf')).toEqual([
      ['See', 0],
      ['', 1],
    ])
  })

  it('is refused where a picture is larger than WhatsApp takes', () => {
    const attachments = [{ name: 'a', contentType: 'image/png', sizeBytes: 6_000_000 }]
    const plan = planOutbound({ text: '', attachments }, capabilities, { lastInboundAtMs: NOW }, NOW)
    expect(plan).toMatchObject({ refusal: { reason: 'attachment-too-large', limit: 5 * 1024 * 1024 } })
    const video = [{ name: 'a', contentType: 'video/mp4', sizeBytes: 6_000_000 }]
    expect(
      planOutbound({ text: '', attachments: video }, capabilities, { lastInboundAtMs: NOW }, NOW).ok,
    ).toBe(true)
  })
})

it('lets 45 messages go to one person at once, and no more than one in six seconds over time', () => {
  const [limit] = capabilities.pacing?.thread ?? []
  if (!limit) throw new Error('there is a limit')
  let state = RESTED
  const went: number[] = []
  for (let count = 0; count < 180; count += 1) {
    const atMs = Math.max(0, went.at(-1) ?? 0, earliestMs(limit, state))
    state = afterSending(limit, state, atMs)
    went.push(atMs)
  }
  expect(went.slice(0, 45)).toEqual(Array(45).fill(0))
  for (const [index, atMs] of went.entries())
    if (index >= 45) expect(atMs - (went[index - 45] ?? 0)).toBeGreaterThanOrEqual(270_000)
})
