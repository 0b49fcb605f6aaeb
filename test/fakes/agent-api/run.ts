import { demoState } from './demo-data.ts'
import { startFakeServer } from './server.ts'

/** `npx tsx test/fakes/agent-api/run.ts [port]`: the inbox over demo data, for working on its looks. */
const LIVE_EVERY_MS = 20_000
const server = await startFakeServer(
  demoState({ letters: true, messengers: true }),
  Number(process.argv[2] ?? 4200),
)
const account = server.state.agents[0]
process.stdout.write(`${server.url}  ${account?.email} / ${server.state.password}\n`)
setInterval(() => {
  const open = [...server.state.conversations.values()].filter(({ status }) => status === 'open')
  const one = open[Math.floor(Math.random() * open.length)]
  if (!one) return
  server.customerTypes(one.id)
  setTimeout(() => server.customerWrites(one.id, 'Just checking – any news?'), 2_000)
}, LIVE_EVERY_MS)
