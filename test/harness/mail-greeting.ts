/** A policy under which every customer whose conversation is given to somebody is told so. */
import type { Call } from './real-server.ts'

/** Puts the owner to work. @returns the policy */
export async function greetsOwner(
  call: Call,
  customerMessage = '{{agent}} has your letter.',
): Promise<object> {
  const until = new Date(Date.now() + 86_400_000).toISOString()
  for (const [path, body] of [
    ['/profile/push-reachability', { until }],
    ['/profile/availability', { availability: 'online' }],
  ] as const) {
    const { status } = await call('PUT', path, body)
    if (status !== 200) throw new Error(`${path} answered ${status}`)
  }
  const target = { kind: 'agents-and-teams', agentIds: 'all' }
  return { steps: [{ target, strategy: 'least-open' }], customerMessage }
}
