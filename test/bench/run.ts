import { readFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { startServer, temporaryFolder } from '../harness/real-server.ts'
import { measureIngest } from './ingest.ts'
import { measureList } from './list-latency.ts'
import { mailRows } from './mail.ts'
import { median, type Row, toTable, updated } from './measures.ts'
import { measureNaiveLoop } from './naive-loop.ts'
import { pacedRow } from './paced-sends.ts'
import { routingRows } from './routing.ts'
import { measureScreenLatency, openScreens } from './screen-latency.ts'

const CONCURRENCIES = [1, 16, 64] as const
const ROUNDS = 3
const PER_ROUND = { 1: 1_500, 16: 6_000, 64: 12_000 } as const
const REPEATS = 'A part that was measured again by itself replaces its own lines.'
const README = new URL('../../README.md', import.meta.url)

const perSecond = (rate: number): string => `${Math.round(rate).toLocaleString('en')}/s`
const ms = (value: number): string => `${value.toFixed(1)} ms`

/** Throughput of the way in beside the naive loop, one after the other in each round, so that both see the same machine. */
async function ingestRows(newConversations: boolean): Promise<readonly Row[]> {
  const rows: Row[] = []
  const kind = newConversations ? 'new conversations' : 'messages'
  for (const concurrency of CONCURRENCIES) {
    const count = PER_ROUND[concurrency]
    const naive: number[] = []
    const acknowledged: number[] = []
    const projected: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      naive.push(...(await measureNaiveLoop(Math.min(count, 6_000), [concurrency], newConversations)))
      const folder = await temporaryFolder()
      const server = await startServer(folder.path)
      const screens = await openScreens(server, 1)
      // The first second of a process is the compiler's.
      await measureIngest(server, { count: 2_000, visitors: 500, concurrency })
      const rates = await measureIngest(server, {
        count,
        visitors: newConversations ? count : 2_000,
        concurrency,
      })
      acknowledged.push(rates.acknowledged)
      projected.push(rates.projected)
      screens.close()
      await server.stop()
      await folder.remove()
    }
    const strict = concurrency === 64
    const ackRatio = median(acknowledged.map((rate, index) => rate / (naive[index] ?? 1)))
    const projectedRatio = median(projected.map((rate, index) => rate / (naive[index] ?? 1)))
    rows.push({
      what: `Ingest, ${kind}, concurrency ${concurrency}: durable acknowledgement`,
      figure: `${perSecond(median(acknowledged))}, ${ackRatio.toFixed(2)} × naive (${perSecond(median(naive))})`,
      promise: strict ? '≥ 2.0 ×' : '–',
      kept: strict ? ackRatio >= 2 : undefined,
    })
    rows.push({
      what: `Ingest, ${kind}, concurrency ${concurrency}: projected and routed`,
      figure: `${perSecond(median(projected))}, ${projectedRatio.toFixed(2)} × naive`,
      promise: strict ? '≥ 1.0 ×' : '–',
      kept: strict ? projectedRatio >= 1 : undefined,
    })
  }
  return rows
}

async function liveRows(): Promise<readonly Row[]> {
  const folder = await temporaryFolder()
  const server = await startServer(folder.path)
  const screens = await openScreens(server, 50)
  const rows: Row[] = []
  await measureScreenLatency(server, screens, 100, 5)
  for (const [rate, limit] of [
    [50, 30],
    [320, 100],
  ] as const) {
    const { p50, p99, missed } = await measureScreenLatency(server, screens, rate, 15)
    rows.push({
      what: `Customer's message to 50 agents' screens at ${rate}/s`,
      figure: `p50 ${ms(p50)}, p99 ${ms(p99)}${missed === 0 ? '' : `, ${missed} missed`}`,
      promise: `p99 ≤ ${limit} ms`,
      kept: p99 <= limit && missed === 0,
    })
  }
  screens.close()
  await server.stop()
  await folder.remove()
  return rows
}

async function memoryRow(): Promise<Row> {
  const folder = await temporaryFolder()
  const server = await startServer(folder.path)
  const screens = await openScreens(server, 1)
  for (let part = 0; part < 5; part += 1) {
    await measureIngest(server, { count: 20_000, visitors: 4_000, concurrency: 64 })
  }
  const resident = await server.residentMegabytes()
  screens.close()
  await server.stop()
  await folder.remove()
  return {
    what: 'Memory of the server process after 100,000 messages',
    figure: `${Math.round(resident)} MB`,
    promise: '≤ 250 MB',
    kept: resident <= 250,
  }
}

async function listRow(): Promise<Row> {
  const { p50, p95 } = await measureList(100_000, 400)
  return {
    what: '25 open conversations of an agent among 100,000',
    figure: `p50 ${ms(p50)}, p95 ${ms(p95)}`,
    promise: 'p95 ≤ 20 ms',
    kept: p95 <= 20,
  }
}

const SUITES: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  ingest: async () => [...(await ingestRows(true)), ...(await ingestRows(false))],
  live: liveRows,
  list: async () => [await listRow()],
  routing: routingRows,
  memory: async () => [await memoryRow()],
  mail: mailRows,
  paced: async () => [await pacedRow()],
}

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const rows: Row[] = []
for (const [name, suite] of Object.entries(SUITES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const measured = await suite()
  rows.push(...measured)
  process.stdout.write(`${toTable(measured)}\n\n`)
}
const machine = `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`
if (process.argv.includes('--write')) {
  const readme = await readFile(README, 'utf8')
  const replaced = readme.replace(
    /(<!-- table:bench -->)([\s\S]*)(<!-- \/table:bench -->)/,
    (_, open: string, before: string, close: string) =>
      `${open}\nLoad and server on one machine: ${machine}. Ingest: medians of ${ROUNDS} rounds; the other lines: one run each. ${REPEATS}\n\n${updated(before, rows)}\n${close}`,
  )
  await writeFile(README, replaced)
}
process.exitCode = rows.some(({ kept }) => kept === false) ? 1 : 0
