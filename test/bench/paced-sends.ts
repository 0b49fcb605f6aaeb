import { runPaced } from '../harness/text-channel.ts'
import type { Row } from './measures.ts'

const PER_SECOND = 80
const SECONDS = 30
const END_WITHIN_MS = 300_000

/** A channel with a long line, over a platform that counts: how much of its limit is used. */
export async function pacedRow(): Promise<Row> {
  const { rate, tooFast, processorMsPerSend } = await runPaced(PER_SECOND, SECONDS, END_WITHIN_MS)
  const share = rate / PER_SECOND
  return {
    what: `Paced sending at ${PER_SECOND}/s, with two receipts each`,
    figure: `${(100 * share).toFixed(1)} % of the limit, ${tooFast} refused; ${processorMsPerSend.toFixed(1)} ms of processor each`,
    promise: '≥ 95 %, 0 refused',
    kept: share >= 0.95 && tooFast === 0,
  }
}
