import { ERROR_CATALOGUE } from '../../src/domain/errors.ts'
import type { DomainEvent } from '../../src/domain/events.ts'
import { POLICY_PRESETS } from '../../src/domain/routing/presets.ts'
import { settingsTable } from '../../src/runtime/config.ts'
import { createMetrics } from '../../src/runtime/metrics.ts'

/** Every error of the catalogue, as the README lists them. */
export function errorTable(): string {
  const rows = Object.entries(ERROR_CATALOGUE).map(
    ([code, { category, title }]) => `| \`${code}\` | ${category} | ${title.replaceAll('|', '\\|')} |`,
  )
  return ['| Code | Category | What it says |', '|---|---|---|', ...rows].join('\n')
}

/** The policies that one may begin with. */
export function presetTable(): string {
  const rows = POLICY_PRESETS.map(({ name, summary }) => `| ${name} | ${summary} |`)
  return ['| Preset | Who gets it |', '|---|---|', ...rows].join('\n')
}

/** When each event is told; the compiler asks for words of a new one. */
const EVENT_WORDS: Readonly<Record<DomainEvent['type'], string>> = {
  'conversation.created': 'A customer began one',
  'conversation.updated': 'Something of it changed that has no event of its own',
  'conversation.assigned': 'The router or a person gave it to somebody',
  'conversation.unassigned':
    'A person, or the policy, took it from its owner: he went offline, or was silent',
  'conversation.queued': 'The router found nobody; it waits for a free place or for its next step',
  'conversation.escalated':
    'As many assignees as the policy allows let it lapse; supervisors get a notice on the screen',
  'conversation.resolved': 'Somebody resolved it',
  'conversation.reopened': 'It is open again: the customer wrote, or somebody reopened it',
  'message.created': 'A message, note or line of the history was added; carries the conversation too',
  'message.updated': 'Its delivery went on, or it was deleted',
  'contact.updated': 'A contact changed, its owner among others',
  'agent.updated': 'A colleague changed, came or went',
  'channel.updated': 'A channel changed, or how it is',
  'routing.changed': 'Teams, categories, skills, limits or rules changed: read that part again',
}

/** Every event of the live connection. */
export function eventTable(): string {
  const rows = Object.entries(EVENT_WORDS).map(([type, words]) => `| \`${type}\` | ${words} |`)
  return ['| Event | When |', '|---|---|', ...rows].join('\n')
}

const none = () => 0
const noneYet = async () => 0

/** What Prometheus is told, as the metrics describe themselves. */
async function readExposition(): Promise<string> {
  const metrics = createMetrics()
  metrics.watch({
    projectorDepth: none,
    projectorLagMs: none,
    journalPending: noneYet,
    quarantined: noneYet,
    outboxOpen: noneYet,
    routingWaiting: noneYet,
    agentSockets: none,
    visitorSockets: none,
    realtime: () => ({
      packetsSent: 0,
      linkUp: true,
      refusedHandshakes: {},
      refusedEvents: {},
      slowSocketsCut: 0,
    }),
  })
  return metrics.source.metrics()
}

const exposition = await readExposition()

/** Every metric of ours, without those that the client library adds. */
export function metricTable(): string {
  const found = exposition.matchAll(/^# HELP (tributary_\w+) (.+)\n# TYPE \w+ (\w+)$/gm)
  const rows = [...found].map(([, name, help, type]) => `| \`${name}\` | ${type} | ${help} |`)
  return ['| Metric | Type | What it says |', '|---|---|---|', ...rows].join('\n')
}

const TABLES: Readonly<Record<string, () => string>> = {
  presets: presetTable,
  settings: settingsTable,
  errors: errorTable,
  events: eventTable,
  metrics: metricTable,
}

/** What the tables are called. */
export const TABLE_NAMES = Object.keys(TABLES)

/**
 * The document with every table that the code knows written anew. A table stands between
 * `<!-- table:NAME -->` and `<!-- /table:NAME -->`; a document without one of them is refused.
 */
export function withTables(document: string): string {
  let result = document
  for (const [name, table] of Object.entries(TABLES)) {
    const [open, close] = [`<!-- table:${name} -->`, `<!-- /table:${name} -->`]
    const start = result.indexOf(open)
    const end = result.indexOf(close)
    if (start === -1 || end < start)
      throw new Error(`The document has no place for a table: ${open} … ${close}`)
    result = `${result.slice(0, start + open.length)}\n\n${table().trim()}\n\n${result.slice(end)}`
  }
  return result
}
