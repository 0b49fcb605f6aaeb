import { MOST_EXCLUDED } from './short-list.ts'
import { languageOfSkill } from './skills.ts'
import { isTimeZone } from './time-zone.ts'
import type { ExclusionReason, RoutingCandidate, RoutingTrace, StepTally } from './trace.ts'

/** What a piece of an explanation says; screens in other languages have words of their own for each. */
export type ExplanationCode =
  | 'assigned'
  | 'preferred-skills'
  | 'other-contenders'
  | 'team-set'
  | 'waiting'
  | 'excluded'
  | 'no-members'
  | 'looks-again'
  | 'pick'
  | 'unassigned'
  | 'already-assigned'
  | 'not-open'
  /** A person chose the owner. */
  | 'by-hand'
  /** A person took it from its owner. */
  | 'unassigned-by-hand'

/** One piece of an explanation: what it says, with the values in it, and the same in English. */
export interface ExplanationPiece {
  readonly code: ExplanationCode
  /** Instants are milliseconds since the epoch, steps count from 0. */
  readonly values: Readonly<Record<string, string | number>>
  readonly text: string
}

/** Why a conversation is where it is. */
export interface Explanation {
  readonly pieces: readonly ExplanationPiece[]
  /** All pieces as sentences of English. */
  readonly text: string
}

/** Whose clock the words go by. */
export interface ExplainOptions {
  /** IANA name; absent = UTC. */
  readonly timeZone?: string
  /** The name of the team that is set, where it is known. */
  readonly teamName?: string
}

/** Puts a trace into words: who got it and why, or why nobody yet. Pure and total. */
export function explainTrace(trace: RoutingTrace, options: ExplainOptions = {}): Explanation {
  const pieces = piecesOf(trace, clockOf(trace.decidedAtMs, options.timeZone), options)
  return { pieces, text: pieces.map(({ text }) => text).join(' ') }
}

/** Says of an explanation that is read later when it held. */
export function asOf(decidedAtMs: number, nowMs: number, { timeZone }: ExplainOptions): string {
  return `As of ${clockOf(nowMs, timeZone)(decidedAtMs)}.`
}

type Clock = (atMs: number) => string

function piecesOf(
  trace: RoutingTrace,
  clock: Clock,
  { teamName }: ExplainOptions,
): readonly ExplanationPiece[] {
  switch (trace.outcome) {
    case 'assigned':
      return assigned(trace)
    case 'waiting':
      return [
        piece('waiting', {}, 'Nobody has it yet.'),
        ...trace.tallies.flatMap((tally) => whyNot(tally, trace.candidates, clock)),
        ...looksAgain(trace, clock),
      ]
    case 'team-set': {
      const team = teamName ?? 'its team'
      return [
        piece('team-set', { team }, `It waits with ${team} until a member takes it.`),
        ...looksAgain(trace, clock),
      ]
    }
    case 'pick':
      return [piece('pick', {}, 'Agents pick conversations here, so nobody was chosen.')]
    case 'unassigned':
      return [
        piece('unassigned', {}, 'Every step has been tried and given up; somebody must be chosen by hand.'),
      ]
    case 'already-assigned':
      return [piece('already-assigned', {}, 'Somebody owned it already.')]
    case 'not-open':
      return [piece('not-open', {}, 'It was not open, so there was nothing to assign.')]
  }
}

const piece = (
  code: ExplanationCode,
  values: ExplanationPiece['values'],
  text: string,
): ExplanationPiece => ({ code, values, text })

function assigned({ winner, step = 0, candidates, tallies }: RoutingTrace): readonly ExplanationPiece[] {
  const tally = tallies.find((one) => one.step === step)
  const found = candidates.find((one) => one.agentId === winner && one.step === step)
  const agent = found?.name ?? 'an agent'
  const strategy = tally?.strategy ?? 'pick'
  const score = found?.score ?? 0
  const others = Math.max(0, (tally?.eligible ?? 1) - 1)
  const why = (tally?.members ?? 0) <= 1 ? 'the only one this step names' : whyChosen(strategy, score)
  return [
    piece('assigned', { agent, strategy, score, step }, `Assigned to ${agent}: ${why}.`),
    ...(found?.preference
      ? [piece('preferred-skills', { agent }, `${agent} has skills that were preferred.`)]
      : []),
    piece(
      'other-contenders',
      { count: others },
      others === 0
        ? 'Nobody else could have had it.'
        : `${others} ${others === 1 ? 'other' : 'others'} could have had it.`,
    ),
  ]
}

function whyChosen(strategy: StepTally['strategy'], score: number): string {
  switch (strategy) {
    case 'least-open':
      return `fewest open (${score})`
    case 'load-balanced':
      return `fewest open of this kind of work (${score})`
    case 'round-robin':
      return score === 0 ? 'next in turn, for the first time' : 'next in turn'
    case 'random':
      return 'by lot'
    case 'pick':
      return 'taken by hand'
  }
}

/** One piece for each reason of a step, the most frequent first. */
function whyNot(
  { step, members, excluded }: StepTally,
  candidates: readonly RoutingCandidate[],
  clock: Clock,
): readonly ExplanationPiece[] {
  if (members === 0)
    return [piece('no-members', { step }, `Step ${step + 1} names nobody who could have it.`)]
  const reasons = Object.entries(excluded) as [ExclusionReason, number][]
  reasons.sort(([, one], [, other]) => other - one)
  return reasons.map(([reason, count], index) => {
    const named = candidates
      .filter((one) => one.step === step && one.excluded === reason)
      .slice(0, MOST_EXCLUDED)
      .map((one) => `${one.name} (${exclusionWords(one, clock)})`)
    const rest = count - named.length
    const all = rest > 0 ? [...named, `${rest} more`] : named
    // The step is named once, before the first of its reasons.
    const of = index === 0 ? `Step ${step + 1}: ` : ''
    return piece('excluded', { reason, count, step }, `${of}${all.join(', ')}.`)
  })
}

function looksAgain({ wakeAtMs }: RoutingTrace, clock: Clock): readonly ExplanationPiece[] {
  if (wakeAtMs === undefined) return []
  return [
    piece('looks-again', { atMs: wakeAtMs }, `It is looked at again at ${clock(wakeAtMs)} at the latest.`),
  ]
}

/** The exclusion of one agent in a few words, such as "offline since 14:02", "4 of 4" or "no Spanish". */
function exclusionWords(candidate: RoutingCandidate, clock: Clock): string {
  const { excluded, load = 0, limit = 0, workType } = candidate
  const since = candidate.sinceMs === undefined ? '' : ` since ${clock(candidate.sinceMs)}`
  const until = candidate.untilMs === undefined ? '' : ` until ${clock(candidate.untilMs)}`
  switch (excluded) {
    case undefined:
      return 'could have had it'
    case 'not-in-step':
      return 'not in this step'
    case 'not-in-team':
      return 'not in the team'
    case 'deactivated':
      return 'no active account'
    case 'no-channel-access':
      return 'no access to the channel'
    case 'sent-it-back':
      return 'had it before it went back'
    case 'let-it-lapse':
      return 'did not answer in time'
    case 'offline':
      return `offline${since}`
    case 'away':
      return `away${since}`
    case 'not-connected':
      return `not connected${since}`
    case 'time-off':
      return `time off${until}`
    case 'holiday':
      return `holiday${until}`
    case 'out-of-hours':
      return `outside working hours${until}`
    case 'missing-skill':
      return missingWords(candidate)
    case 'at-capacity':
      return `${load} of ${limit}${workType === undefined ? '' : ` ${workType}`}`
    case 'fair-cap':
      return `had ${load} of ${limit} lately${until}`
  }
}

function missingWords({ skill = '', level = 1 }: RoutingCandidate): string {
  const language = languageOfSkill(skill)
  const name = language === undefined ? skill : languageName(language)
  return level > 1 ? `no ${name} at level ${level}` : `no ${name}`
}

function languageName(code: string): string {
  try {
    return new Intl.DisplayNames('en', { type: 'language' }).of(code) ?? code
  } catch {
    // Whatever was typed as a language and is no code is shown as it is.
    return code
  }
}

interface Faces {
  readonly time: Intl.DateTimeFormat
  readonly date: Intl.DateTimeFormat
}

/** Formats are costly to make, a queue page asks for hundreds, and there are few zones. */
const faces = new Map<string, Faces>()

function facesOf(timeZone: string): Faces {
  const known = faces.get(timeZone)
  if (known) return known
  const made: Faces = {
    time: new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }),
    date: new Intl.DateTimeFormat('en-GB', { timeZone, day: 'numeric', month: 'short', year: 'numeric' }),
  }
  faces.set(timeZone, made)
  return made
}

/** Writes instants of the day of the decision as a time, others with their date; whose zone is not known, as UTC. */
function clockOf(decidedAtMs: number, timeZone = ''): Clock {
  const isKnown = isTimeZone(timeZone)
  const { time, date } = facesOf(isKnown ? timeZone : 'UTC')
  const zone = isKnown ? '' : ' UTC'
  const today = date.format(decidedAtMs)
  return (atMs) => {
    const day = date.format(atMs)
    return `${time.format(atMs)}${zone}${day === today ? '' : ` on ${day}`}`
  }
}
