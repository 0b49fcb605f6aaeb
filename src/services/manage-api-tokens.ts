import type { CreateApiTokenCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { ApiTokenId } from '../domain/ids.ts'
import type { ApiTokenView } from '../domain/views.ts'
import type { ApiTokenRecord, ApiTokenStore } from '../store/api-token-store.ts'
import { API_TOKEN_PREFIX } from './authenticate.ts'
import { digestOf, newSecret } from './one-time-secret.ts'
import { instant } from './present.ts'
import type { Principal } from './principal.ts'

const TOKENS_PER_AGENT = 50

export interface ApiTokenDeps {
  readonly tokens: ApiTokenStore
  readonly clock: () => number
}

const present = ({ id, name, scopes, createdAt, expiresAt, lastUsedAt }: ApiTokenRecord): ApiTokenView => ({
  id,
  name,
  scopes,
  createdAt: instant(createdAt.getTime()),
  ...(expiresAt ? { expiresAt: instant(expiresAt.getTime()) } : {}),
  ...(lastUsedAt ? { lastUsedAt: instant(lastUsedAt.getTime()) } : {}),
})

/** One's own tokens, newest first. */
export async function listApiTokens(
  { tokens }: ApiTokenDeps,
  principal: Principal,
): Promise<readonly ApiTokenView[]> {
  return (await tokens.listOf(principal.agentId)).map(present)
}

/** Makes a token that may do at most what its maker may. The secret is in the answer, and nowhere else. */
export async function createApiToken(
  { tokens, clock }: ApiTokenDeps,
  principal: Principal,
  { name, scopes, expiresAt }: CreateApiTokenCommand,
): Promise<{ readonly token: ApiTokenView; readonly secret: string }> {
  const beyond = scopes.find((scope) => !principal.permissions.has(scope))
  if (beyond !== undefined) {
    throw new AppError('permission-denied', {
      field: 'scopes',
      detail: `Your role does not include ${beyond}.`,
    })
  }
  const nowMs = clock()
  if (expiresAt !== undefined && Date.parse(expiresAt) <= nowMs) {
    throw new AppError('invalid-input', { field: 'expiresAt', detail: 'The instant lies in the past.' })
  }
  if ((await tokens.countOf(principal.agentId)) >= TOKENS_PER_AGENT) {
    throw new AppError('invalid-input', { detail: `Nobody has more than ${TOKENS_PER_AGENT} tokens.` })
  }
  const secret = `${API_TOKEN_PREFIX}${newSecret()}`
  const token = await tokens.insert({
    agentId: principal.agentId,
    name,
    scopes: [...new Set(scopes)],
    secretHash: digestOf(secret),
    createdAt: new Date(nowMs),
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
  })
  return { token: present(token), secret }
}

/** Ends a token at once. @throws AppError `not-found` when it is not one's own */
export async function removeApiToken(
  { tokens }: ApiTokenDeps,
  principal: Principal,
  id: ApiTokenId,
): Promise<void> {
  if (!(await tokens.remove(id, principal.agentId))) throw new AppError('not-found')
}
