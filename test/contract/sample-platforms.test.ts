/** The kit's half for sending: who keeps his word passes, and each broken word is found. */
import { describe, expect, it } from 'vitest'
import { subjectOf } from './kit-subject.ts'
import { PROOF_CHECKS } from './proof-kit.ts'
import { samplePlatform, samplePlatformFixtures, WIRE_FAULTS, type WireFault } from './sample-platform.ts'
import { WIRE_CHECKS } from './wire-kit.ts'

const ALL = { ...PROOF_CHECKS, ...WIRE_CHECKS }

const ask = async (start: string, fault?: WireFault): Promise<readonly string[]> => {
  const [, check] = Object.entries(ALL).find(([promise]) => promise.startsWith(start)) ?? []
  if (!check) throw new Error(`no check begins with ${start}`)
  return check(subjectOf(samplePlatform(fault), samplePlatformFixtures(fault)))
}

/** By which check each is found out, and in which words. */
const FOUND: Readonly<Record<WireFault, readonly [string, string]>> = {
  'mangles texts': ['text', 'arrives'],
  'formats nothing': ['formatting', 'formats nothing'],
  'loses files': ['attachments', 'and 0 arrive'],
  'answers nobody': ['replyTo', 'answers nothing'],
  'does not say that somebody types': ['typing', 'did show typing'],
  'marks nothing as read': ['markRead', 'did mark as read'],
  'edits nothing': ['editMessage', 'did edit'],
  'deletes nothing': ['deleteMessage', 'did delete'],
  'lists no templates': ['templates', 'lists no template'],
  'sends templates as free text': ['templates', 'as free text'],
  'cannot begin': ['startConversation', 'cannot send'],
  'takes silence for a success': ['a send that fails', 'for a success'],
  'sends twice': ['a send whose answer is lost', 'sends twice'],
  'tells its key': ['a send that fails', 'tells apiKey'],
  'believes every key': ['its test of a platform', 'refused connection stands'],
}

describe('a connector over a wire that keeps its word', () => {
  it.each(Object.keys(ALL))('passes: %s', async (promise) => {
    expect(await ask(promise)).toEqual([])
  })
})

describe('the kit', () => {
  it.each(WIRE_FAULTS)('finds one that %s', async (fault) => {
    const [check, words] = FOUND[fault]
    expect(await ask(check, fault)).toContainEqual(expect.stringContaining(words))
  })
})
