import { randomBytes } from 'node:crypto'
import { generateSecret, generateURI, verify } from 'otplib'
import type { AgentId } from '../domain/ids.ts'
import type { AgentCredentials, AgentStore } from '../store/agent-store.ts'
import { digestOf } from './one-time-secret.ts'
import type { SecretBox } from './secret-box.ts'

const RECOVERY_CODES = 10
/** A step is 30 seconds; clocks may differ by one. */
const TOLERANCE_SECONDS = 30
const TOTP_CODE = /^\d{6}$/
/** Without letters and digits that look alike. */
const RECOVERY_ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz'
const RECOVERY_LENGTH = 12

export interface SecondFactorDeps {
  readonly agents: AgentStore
  readonly box: SecretBox
  readonly clock: () => number
}

const contextOf = (agentId: AgentId): string => `agent:${agentId}:second-factor`

/** A fresh secret, sealed for storage, with the address that authenticator apps read. */
export function newSecondFactor(
  { box }: SecondFactorDeps,
  agent: { readonly id: AgentId; readonly email: string },
  issuer: string,
): { readonly secret: string; readonly uri: string; readonly sealedSecret: string } {
  const secret = generateSecret()
  const uri = generateURI({ issuer, label: agent.email, secret })
  return { secret, uri, sealedSecret: box.seal(secret, contextOf(agent.id)) }
}

/** The time step that a code belongs to, or undefined when it is wrong. */
export async function stepOf(
  { box, clock }: SecondFactorDeps,
  agentId: AgentId,
  sealedSecret: string,
  code: string,
): Promise<number | undefined> {
  const token = code.replace(/\s/g, '')
  if (!TOTP_CODE.test(token)) return undefined
  const result = await verify({
    secret: box.open(sealedSecret, contextOf(agentId)),
    token,
    epoch: Math.floor(clock() / 1000),
    epochTolerance: TOLERANCE_SECONDS,
  })
  return result.valid && 'timeStep' in result ? result.timeStep : undefined
}

/** Whether a code of the app, or a recovery code, is right; either is used up by it. */
export async function proveSecondFactor(
  deps: SecondFactorDeps,
  { agent, secondFactor }: AgentCredentials,
  code: string,
): Promise<boolean> {
  if (!secondFactor) return false
  const step = await stepOf(deps, agent.id, secondFactor.sealedSecret, code)
  if (step !== undefined) return deps.agents.useStep(agent.id, step)
  const recovery = code.toLowerCase().replace(/[\s-]/g, '')
  return recovery.length === RECOVERY_LENGTH && deps.agents.useRecoveryCode(agent.id, digestOf(recovery))
}

function recoveryCode(): string {
  let code = ''
  while (code.length < RECOVERY_LENGTH) {
    // Bytes beyond the last whole multiple would make some letters likelier than others.
    for (const byte of randomBytes(RECOVERY_LENGTH)) {
      if (byte < 248 && code.length < RECOVERY_LENGTH)
        code += RECOVERY_ALPHABET[byte % RECOVERY_ALPHABET.length]
    }
  }
  return code
}

/** One-time codes for the day the phone is lost; only their digests are kept. */
export function newRecoveryCodes(): { readonly shown: readonly string[]; readonly hashes: string[] } {
  const codes = Array.from({ length: RECOVERY_CODES }, recoveryCode)
  return {
    shown: codes.map((code) => code.replace(/(.{4})(?=.)/g, '$1-')),
    hashes: codes.map(digestOf),
  }
}
