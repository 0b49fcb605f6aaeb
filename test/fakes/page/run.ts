/** What `npm run dev` starts beside the server: every fake platform, and the page to write as their customers. */
import { startDesks } from './desks.ts'
import { startPage } from './page-server.ts'

const port = Number(process.env['FAKES_PORT'] ?? 4100)
const desks = await startDesks(port)
const page = await startPage(desks, port)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void Promise.all([page.close(), ...desks.map((desk) => desk.stop())]).then(() => process.exit(0))
  })
}
