/** Agents as the database holds them, for tests that need no invitation. */
import type { AgentId } from '../../src/domain/ids.ts'
import type { Stores } from '../../src/runtime/open-stores.ts'

/**
 * Keeps an active agent.
 * @throws Error when somebody has the address
 */
export async function keepAgent(
  { agents }: Pick<Stores, 'agents'>,
  name: string,
  email: string,
): Promise<AgentId> {
  const agent = await agents.insert({
    email,
    name,
    role: 'agent',
    state: 'active',
    locale: 'en',
    at: new Date(),
  })
  if (!agent) throw new Error('the address is taken')
  return agent.id
}
