import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mayManageRole, PERMISSIONS, permissionsOf, ROLES, seesChannel } from './permissions.ts'

const role = fc.constantFrom(...ROLES)
const rank = (one: (typeof ROLES)[number]): number => ROLES.indexOf(one)

describe('permissions', () => {
  it('only grow from agent to owner, and name nothing twice', () => {
    for (const [index, one] of ROLES.entries()) {
      const mine = permissionsOf(one)
      expect(new Set(mine).size).toBe(mine.length)
      for (const permission of mine) expect(PERMISSIONS).toContain(permission)
      const above = ROLES[index - 1]
      if (above) for (const permission of mine) expect(permissionsOf(above)).toContain(permission)
    }
  })

  it('give the owner everything and the agent nothing that reaches beyond his channels', () => {
    expect(permissionsOf('owner')).toEqual(PERMISSIONS)
    for (const wide of [
      'conversation.read-all',
      'conversation.assign-others',
      'agent.manage',
      'channel.manage',
      'routing.manage',
      'routing.queue',
    ] as const)
      expect(permissionsOf('agent')).not.toContain(wide)
  })
})

describe('mayManageRole', () => {
  it('never reaches above oneself, and only with the permission', () => {
    fc.assert(
      fc.property(role, role, (actor, target) => {
        const may = mayManageRole(actor, target)
        if (may) {
          expect(rank(actor)).toBeLessThanOrEqual(rank(target))
          expect(permissionsOf(actor)).toContain('agent.manage')
        }
      }),
    )
    expect(mayManageRole('admin', 'owner')).toBe(false)
    expect(mayManageRole('owner', 'owner')).toBe(true)
    expect(mayManageRole('supervisor', 'agent')).toBe(false)
  })
})

describe('seesChannel', () => {
  it('knows all, some and none', () => {
    expect(seesChannel('all', 'x')).toBe(true)
    expect(seesChannel(new Set(['x']), 'x')).toBe(true)
    expect(seesChannel(new Set(['x']), 'y')).toBe(false)
    expect(seesChannel(new Set(), 'x')).toBe(false)
  })
})
