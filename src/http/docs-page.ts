import { ERROR_CATALOGUE } from '../domain/errors.ts'
import type { OpenApiDocument } from './openapi.ts'
import { STATUS_OF } from './problem.ts'

const STYLE = `
:root{color-scheme:light dark;--line:#d5dbe1;--soft:#f3f6f8;--quiet:#4f5b67;--accent:#0b6b62}
@media(prefers-color-scheme:dark){:root{--line:#38424c;--soft:#1c2329;--quiet:#a7b3bf;--accent:#5fd0c2}}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:2rem 1rem}
h1{margin:0}h2{margin:2.5rem 0 .5rem;text-transform:capitalize}
details{border:1px solid var(--line);border-radius:8px;margin:.4rem 0}
summary{padding:.5rem .8rem;cursor:pointer}
details>div{padding:0 .8rem .8rem;border-top:1px solid var(--line)}
code{font:14px ui-monospace,monospace}pre{background:var(--soft);padding:.8rem;border-radius:6px;overflow:auto}
.method{display:inline-block;min-width:4.2rem;font-weight:700;color:var(--accent)}
.quiet{color:var(--quiet)}a{color:var(--accent)}
table{border-collapse:collapse}td,th{border-bottom:1px solid var(--line);padding:.3rem .8rem .3rem 0;text-align:left}
`

/** Text that stands in HTML. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)

interface Operation {
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly operationId?: string
  readonly parameters?: unknown
  readonly requestBody?: unknown
  readonly responses?: unknown
}

const asJson = (value: unknown): string =>
  `<pre><code>${escapeHtml(JSON.stringify(value, null, 2))}</code></pre>`

function operationHtml(method: string, path: string, operation: Operation): string {
  const section = (title: string, value: unknown): string =>
    value === undefined ? '' : `<h4>${title}</h4>${asJson(value)}`
  return `<details id="${escapeHtml(operation.operationId ?? path)}"><summary><span class="method">${method.toUpperCase()}</span>
<code>${escapeHtml(path)}</code> <span class="quiet">${escapeHtml(operation.summary ?? '')}</span></summary><div>
<p>${escapeHtml(operation.description ?? '')}</p>
${section('Parameters', operation.parameters)}${section('Body', operation.requestBody)}${section('Answers', operation.responses)}
</div></details>`
}

function operationsByTag(document: OpenApiDocument): ReadonlyMap<string, readonly string[]> {
  const byTag = new Map<string, string[]>()
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(item as Record<string, Operation>)) {
      const tag = operation.tags?.[0] ?? 'other'
      const known = byTag.get(tag) ?? []
      known.push(operationHtml(method, path, operation))
      byTag.set(tag, known)
    }
  }
  return byTag
}

/** The documentation as one page without a script; nothing of it comes from elsewhere. */
export function docsPage(document: OpenApiDocument): (nonce: string) => string {
  const operations = [...operationsByTag(document)]
    .map(([tag, items]) => `<h2>${escapeHtml(tag)}</h2>${items.join('')}`)
    .join('')
  const schemas = Object.entries(document.components?.schemas ?? {})
    .map(
      ([name, schema]) =>
        `<details id="schema-${escapeHtml(name)}"><summary>${escapeHtml(name)}</summary><div>${asJson(schema)}</div></details>`,
    )
    .join('')
  const errors = Object.entries(ERROR_CATALOGUE)
    .map(
      ([code, { category, title }]) =>
        `<tr id="error-${code}"><td><code>${code}</code></td><td>${STATUS_OF[category]}</td><td>${escapeHtml(title)}</td></tr>`,
    )
    .join('')
  const head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tributary API</title>'
  const view = '<meta name="viewport" content="width=device-width,initial-scale=1">'
  const main = `<body><h1>Tributary API</h1><p class="quiet">OpenAPI 3.1: <a href="openapi.json">openapi.json</a>.
${escapeHtml(document.info.description ?? '')}</p>${operations}<h2>Schemas</h2>${schemas}<h2>Errors</h2>
<table><thead><tr><th>Code</th><th>Status</th><th>Meaning</th></tr></thead><tbody>${errors}</tbody></table></body></html>`
  return (nonce) => `${head}${view}<style nonce="${nonce}">${STYLE}</style></head>${main}`
}
