import type { SignInCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { AgentRecord } from '../store/agent-store.ts'
import type { AttemptLimits } from './attempt-limits.ts'
import type { Passwords } from './passwords.ts'
import { proveSecondFactor, type SecondFactorDeps } from './second-factor.ts'

export interface SignInDeps extends SecondFactorDeps {
  readonly passwords: Passwords
  readonly limits: AttemptLimits
}

/**
 * Checks password and second factor. An unknown address, an invited or deactivated account and a wrong password get
 * the same answer after the same time.
 * @param address where the request came from
 * @throws AppError `wrong-credentials`, `second-factor-required` (only after a right password) or `locked-out`
 */
export async function signIn(
  deps: SignInDeps,
  command: SignInCommand,
  address: string,
): Promise<AgentRecord> {
  const attempt = { account: command.email, address }
  await deps.limits.begin(attempt)
  const found = await deps.agents.credentialsByEmail(command.email)
  const active = found?.agent.state === 'active' ? found : undefined
  const right = await deps.passwords.verify(active?.passwordHash, command.password)
  if (!active || !right) throw new AppError('wrong-credentials')
  if (active.secondFactor) {
    if (command.code === undefined) {
      // Taken back and not forgiven: otherwise asking without a code between two guesses would reset the count.
      await deps.limits.undone(attempt)
      throw new AppError('second-factor-required')
    }
    if (!(await proveSecondFactor(deps, active, command.code))) throw new AppError('wrong-credentials')
  }
  await deps.limits.succeeded(attempt)
  return active.agent
}

/**
 * Checks the password of someone who is signed in, before something that a stolen session must not do.
 * @throws AppError `wrong-credentials` or `locked-out`
 */
export async function provePassword(
  { agents, passwords, limits }: Pick<SignInDeps, 'agents' | 'passwords' | 'limits'>,
  agentId: AgentRecord['id'],
  password: string,
  { address, field }: { readonly address: string; readonly field: string },
): Promise<string> {
  const found = await agents.credentials(agentId)
  const attempt = { account: found?.agent.email ?? agentId, address }
  await limits.begin(attempt)
  const right = await passwords.verify(found?.passwordHash, password)
  if (!right || found?.passwordHash === undefined) throw new AppError('wrong-credentials', { field })
  await limits.succeeded(attempt)
  return found.passwordHash
}
