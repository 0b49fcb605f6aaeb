/** The kit's half for sessions: who keeps his word passes, and each broken word is found. */
import { describe, expect, it } from 'vitest'
import { CHECKS } from './connector-kit.ts'
import { subjectOf } from './kit-subject.ts'
import { FAULTS, type Fault, sampleFixtures, sampleSession } from './sample-session.ts'
import { SESSION_CHECKS } from './session-kit.ts'

const ask = async (start: string, fault?: Fault): Promise<readonly string[]> => {
  const [, check] = Object.entries(SESSION_CHECKS).find(([promise]) => promise.startsWith(start)) ?? []
  if (!check) throw new Error(`no check begins with ${start}`)
  const subject = { connector: sampleSession(fault), fixtures: sampleFixtures }
  // Who breaks his word never brings it: no use in waiting long.
  return check(fault === undefined ? subject : { ...subject, patienceMs: 1_500 })
}

/** By which check each is found out, and in which words. */
const FOUND: Readonly<Record<Fault, readonly [string, string]>> = {
  'marks before the journal': ['its session moves its mark', 'does not bring what was put in'],
  'names things anew at each fetch': [
    'its session goes on where it was',
    'brings one thing under several keys',
  ],
  'begins at the end': ['its session goes on where it was', 'does not bring what was put in'],
  'does not hear that it is told to end': ['its session ends soon', 'does not end when it is told to'],
  'goes on after its end': ['its session ends soon', 'moves its mark after it has ended'],
  'waits for ever on a dead line': ['its session survives', 'does not bring what was put in'],
  'parses by the dice': ['what its session brings', 'parses the same bytes differently'],
  'pushes nameless things': ['its session brings', 'pushes what cannot be kept'],
  'believes every password': ['its test of the connection', 'says that a refused connection stands'],
  'throws in its test': ['its test of the connection', 'throws in check'],
  'tells its password': ['its session says in words', 'tells password'],
  'says codes instead of words': ['its session says in words', 'does not say in words why it is refused'],
  'is silent when refused': ['its session says in words', 'says nothing of a refused connection'],
}

describe('a session connector that keeps its word', () => {
  it.each(Object.keys(SESSION_CHECKS))('passes: %s', async (promise) => {
    expect(await ask(promise)).toEqual([])
  })

  it.each(Object.entries(CHECKS))('passes: %s', async (_, check) => {
    expect(await check(subjectOf(sampleSession(), sampleFixtures))).toEqual([])
  })
})

describe('the kit', () => {
  it.each(FAULTS)('finds one that %s', async (fault) => {
    const [check, words] = FOUND[fault]
    expect(await ask(check, fault)).toContainEqual(expect.stringContaining(words))
  })
})
