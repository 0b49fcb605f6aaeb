import { describe, expect, it } from 'vitest'
import { NOW_MS } from '../../../test/harness/routing-state.ts'
import { policyOf, type SkillRequirement } from './policy.ts'
import {
  collectRequirements,
  effectiveSkills,
  languageOfSkill,
  languageSkill,
  mergeRequirements,
  missingSkill,
  preferenceOf,
} from './skills.ts'

const need = (skill: string, level = 1, relaxAfterMs?: number): SkillRequirement => ({
  skill,
  level,
  mode: 'require',
  ...(relaxAfterMs === undefined ? {} : { relaxAfterMs }),
})
const like = (skill: string, level = 1): SkillRequirement => ({ skill, level, mode: 'prefer' })

describe('requirements', () => {
  it('come from channel, category and the tags of the conversation', () => {
    const sources = {
      channel: [need('a')],
      category: [need('b')],
      byTag: { vip: [need('c')], other: [need('d')] },
    }
    expect(collectRequirements(sources, ['vip', 'constructor', 'unknown'])).toEqual([
      need('a'),
      need('b'),
      need('c'),
    ])
    expect(collectRequirements({}, ['vip'])).toEqual([])
  })

  it('of the same skill become the strictest of them', () => {
    expect(mergeRequirements([need('a', 2, 5), need('a', 4, 3), like('a', 5)])).toEqual([
      need('a', 4, 5),
      like('a', 5),
    ])
    expect(mergeRequirements([need('a', 2, 5), need('a', 1)])).toEqual([need('a', 2)])
  })

  it('relax to preferences when their time is over, counted from the beginning of the wait', () => {
    const policy = policyOf([], { skills: [need('a', 1, 60), need('b', 1, 90), need('c'), like('d')] })
    const at = (waitedMs: number) => effectiveSkills(policy, {}, NOW_MS, NOW_MS + waitedMs)
    expect(at(0)).toMatchObject({
      required: [{ skill: 'a' }, { skill: 'b' }, { skill: 'c' }],
      relaxesAtMs: NOW_MS + 60,
    })
    expect(at(60)).toMatchObject({ required: [{ skill: 'b' }, { skill: 'c' }], relaxesAtMs: NOW_MS + 90 })
    expect(at(90)).toMatchObject({ required: [{ skill: 'c' }], preferred: [{}, {}, { skill: 'd' }] })
    expect(at(90).relaxesAtMs).toBeUndefined()
    expect(new Set([at(0).key, at(60).key, at(90).key]).size).toBe(3)
  })

  it('take the language for a skill when the policy asks for it', () => {
    const policy = policyOf([], { requireLanguage: { relaxAfterMs: 10 } })
    expect(effectiveSkills(policy, { language: 'ES' }, NOW_MS, NOW_MS).required).toEqual([
      need('language:es', 1, 10),
    ])
    expect(effectiveSkills(policy, { language: 'es' }, NOW_MS, NOW_MS + 10).required).toEqual([])
    expect(effectiveSkills(policyOf([]), { language: 'es' }, NOW_MS, NOW_MS).required).toEqual([])
    expect(languageOfSkill(languageSkill('ES'))).toBe('es')
    expect(languageOfSkill('spanish')).toBeUndefined()
  })
})

describe('an agent', () => {
  it('lacks the first skill that is missing or too low', () => {
    expect(missingSkill({ a: 3, b: 1 }, [need('a', 3), need('b', 2), need('c')])?.skill).toBe('b')
    expect(missingSkill({ a: 3 }, [need('a', 3)])).toBeUndefined()
  })

  it('is preferred the more of what is asked he has, and no more than that', () => {
    const wanted = [like('a', 4), like('b', 2)]
    const has: Readonly<Record<string, number>>[] = [{}, { a: 2 }, { a: 4 }, { a: 5, b: 1 }, { a: 5, b: 5 }]
    const scores = has.map((skills) => preferenceOf(skills, wanted))
    expect(scores).toEqual([0, 30, 60, 90, 120])
  })
})
