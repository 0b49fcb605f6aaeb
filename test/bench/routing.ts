import { median, type Row } from './measures.ts'
import { measureBatch, measureDecisions } from './routing-decisions.ts'
import { measureDrain } from './routing-drain.ts'

const WAITING = 10_000
const ROUNDS = 3
const CROWDS = [10, 200, 2_000] as const
const DECISIONS = 5_000

const count = (value: number): string => Math.round(value).toLocaleString('en')
const ms = (value: number): string => `${value.toFixed(value < 1 ? 3 : 1)} ms`

/** Medians of several rounds; the first one, in which the compiler still works, is not among them. */
function rounds(measure: () => number): number {
  measure()
  return median(Array.from({ length: ROUNDS }, measure))
}

function batchRows(): readonly Row[] {
  return CROWDS.flatMap((agents) =>
    (['least-open', 'round-robin'] as const).map((strategy) => ({
      what: `Decisions, ${count(WAITING)} waiting, ${count(agents)} agents, ${strategy}`,
      figure: `${count(rounds(() => measureBatch(agents, WAITING, strategy).perSecond))}/s`,
      promise: '–',
      kept: undefined,
    })),
  )
}

function decisionRows(): readonly Row[] {
  const medians = new Map<number, number>()
  const rows = CROWDS.map((agents): Row => {
    measureDecisions(agents, 1_000)
    const { p50, p99 } = measureDecisions(agents, agents > 1_000 ? DECISIONS / 5 : DECISIONS)
    medians.set(agents, p50)
    const strict = agents === 200
    return {
      what: `One decision with its whole trace, ${count(agents)} agents`,
      figure: `p50 ${ms(p50)}, p99 ${ms(p99)}`,
      promise: strict ? 'p99 ≤ 20 ms' : '–',
      kept: strict ? p99 <= 20 : undefined,
    }
  })
  const growth = (medians.get(2_000) ?? Number.NaN) / (medians.get(200) ?? Number.NaN)
  return [
    ...rows,
    {
      what: 'Cost of a decision, 2,000 agents beside 200',
      figure: `${growth.toFixed(1)} ×`,
      promise: '≤ 10 ×',
      kept: growth <= 10,
    },
  ]
}

async function drainRow(): Promise<Row> {
  const { seconds, firstMs, assigned } = await measureDrain(WAITING, 200)
  const missed = WAITING - assigned
  return {
    what: `${count(WAITING)} waiting, until 200 agents who begin at once have them all`,
    figure: `${seconds.toFixed(1)} s (${count(assigned / seconds)}/s), the first after ${count(firstMs)} ms${missed === 0 ? '' : `, ${missed} missed`}`,
    promise: 'all of them',
    kept: missed === 0,
  }
}

/** What the router costs: decisions by themselves, and a queue that leaves a real server. */
export async function routingRows(): Promise<readonly Row[]> {
  return [...batchRows(), ...decisionRows(), await drainRow()]
}
