import type { ApiTokenId } from '../domain/ids.ts'
import { type Permission, permissionsOf } from '../domain/permissions.ts'
import type { AgentRecord } from '../store/agent-store.ts'
import type { ApiTokenRecord, ApiTokenStore } from '../store/api-token-store.ts'
import type { SessionFacts, SessionStore } from '../store/session-store.ts'
import type { AgentAccess } from './agent-access.ts'
import { digestOf } from './one-time-secret.ts'
import type { Principal } from './principal.ts'
import { sessionIdOf } from './session-cookie.ts'

/** How every API token begins, so that a leaked one is found by a search. */
export const API_TOKEN_PREFIX = 'trb_'
const API_TOKEN = /^trb_[A-Za-z0-9_-]{43}$/
/** However much it is used, a session ends after this. */
export const LONGEST_SESSION_MS = 90 * 24 * 3_600_000

/** Establishes who is calling. Every function reads at most two-second-old facts about the agent. */
export interface Authenticator {
  /** By the session id, as the HTTP frame or {@link Authenticator.authenticateCookie} took it from the cookie. */
  authenticateSession(sessionId: string): Promise<Principal | undefined>
  /** The same, where the session was read already. */
  authenticateFacts(sessionId: string, facts: SessionFacts): Promise<Principal | undefined>
  /** By a raw `Cookie` header, as a socket's handshake has it. */
  authenticateCookie(cookieHeader: string | undefined): Promise<Principal | undefined>
  /** By an API token. */
  authenticateToken(bearer: string): Promise<Principal | undefined>
  /**
   * Looks again at those who were let in earlier: sockets ask this every few seconds.
   * @returns for each, in order, who he is now (role and channels may have changed), or undefined when he is out
   */
  revalidate(principals: readonly Principal[]): Promise<readonly (Principal | undefined)[]>
}

export interface AuthenticatorDeps {
  readonly access: AgentAccess
  readonly sessions: SessionStore
  readonly tokens: ApiTokenStore
  /** Signs the session cookie. */
  readonly cookieKey: string
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** Told of background writes that failed, such as the note of a token's last use. */
  readonly onError: (error: unknown) => void
}

/** Creates the authenticator. */
export function createAuthenticator(deps: AuthenticatorDeps): Authenticator {
  const { access, sessions, tokens, cookieKey, clock, onError } = deps
  const now = (): Date => new Date(clock())

  const principalOf = async (
    agent: AgentRecord | undefined,
    via: Principal['via'],
    granted?: readonly Permission[],
  ): Promise<Principal | undefined> => {
    if (agent?.state !== 'active') return undefined
    const permissions = permissionsOf(agent.role).filter((one) => granted?.includes(one) ?? true)
    return {
      agentId: agent.id,
      name: agent.name,
      role: agent.role,
      permissions: new Set(permissions),
      channels: await access.scopeOf(agent, permissions),
      via,
    }
  }

  const authenticateFacts = async (
    sessionId: string,
    { agentId, epoch, signedInAtMs }: SessionFacts,
  ): Promise<Principal | undefined> => {
    if (clock() - signedInAtMs > LONGEST_SESSION_MS) return undefined
    const agent = await access.get(agentId)
    return agent?.sessionEpoch === epoch ? principalOf(agent, { kind: 'session', id: sessionId }) : undefined
  }

  const authenticateSession = async (sessionId: string): Promise<Principal | undefined> => {
    const facts = (await sessions.read([sessionId], now())).get(sessionId)
    return facts && authenticateFacts(sessionId, facts)
  }

  const ofToken = async (token: ApiTokenRecord): Promise<Principal | undefined> =>
    principalOf(await access.get(token.agentId), { kind: 'token', id: token.id }, token.scopes)

  return {
    authenticateSession,
    authenticateFacts,
    async authenticateCookie(cookieHeader) {
      const sessionId = sessionIdOf(cookieHeader, cookieKey)
      return sessionId === undefined ? undefined : authenticateSession(sessionId)
    },

    async authenticateToken(bearer) {
      if (!API_TOKEN.test(bearer)) return undefined
      const token = await tokens.findBySecret(digestOf(bearer), now())
      if (!token) return undefined
      tokens.touch(token.id, now()).catch(onError)
      return ofToken(token)
    },

    async revalidate(principals) {
      const idsOf = (kind: Principal['via']['kind']): string[] =>
        principals.filter(({ via }) => via.kind === kind).map(({ via }) => via.id)
      const sessionIds = idsOf('session')
      const tokenIds = idsOf('token') as ApiTokenId[]
      const [facts, alive] = await Promise.all([
        sessionIds.length > 0 ? sessions.read(sessionIds, now()) : new Map<string, SessionFacts>(),
        tokenIds.length > 0 ? tokens.alive(tokenIds, now()) : new Set<string>(),
      ])
      return Promise.all(
        principals.map(async ({ agentId, via, permissions }) => {
          if (via.kind === 'token') {
            if (!alive.has(via.id)) return undefined
            return principalOf(await access.get(agentId), via, [...permissions])
          }
          const session = facts.get(via.id)
          return session && authenticateFacts(via.id, session)
        }),
      )
    },
  }
}
