/** A tree that breaks exactly one dependency rule, as path → text. */
export interface Planting {
  readonly rule: string
  readonly files: Readonly<Record<string, string>>
}

const exporting = 'export const x = 1\nexport type X = number\n'

/** One file that imports another, by value or by type. */
function importing(rule: string, from: string, to: string, type = false): Planting {
  const up = '../'.repeat(from.split('/').length - 1)
  const target = `${up}${to}`
  const text = type
    ? `import type { X } from '${target}'\nexport type Y = X\n`
    : `import { x } from '${target}'\nexport const y = x\n`
  return { rule, files: { [from]: text, [to]: exporting } }
}

const requiring = (rule: string, from: string, specifier: string): Planting => ({
  rule,
  files: { [from]: `import * as thing from '${specifier}'\nexport const y = thing\n` },
})

const typing = (rule: string, from: string, specifier: string): Planting => ({
  rule,
  files: { [from]: `import type { Thing } from '${specifier}'\nexport type Y = Thing\n` },
})

/** Each rule is broken at least once, in the ways that a person in a hurry would try. */
export const PLANTINGS: readonly Planting[] = [
  {
    rule: 'no-circular',
    files: {
      'src/services/a.ts': "import { b } from './b.ts'\nexport const a = () => b\n",
      'src/services/b.ts': "import { a } from './a.ts'\nexport const b = () => a\n",
    },
  },
  importing('domain-is-pure', 'src/domain/a.ts', 'src/store/b.ts'),
  importing('domain-is-pure', 'src/domain/a.ts', 'src/contract/b.ts', true),
  requiring('domain-is-pure', 'src/domain/a.ts', 'node:crypto'),
  requiring('domain-is-pure', 'src/domain/a.ts', 'fs'),
  requiring('domain-is-pure', 'src/domain/a.ts', 'zod'),
  typing('domain-is-pure', 'src/domain/a.ts', 'node:stream'),
  requiring('contract-needs-no-package', 'src/contract/a.ts', 'zod'),
  requiring('contract-needs-no-package', 'src/contract/a.ts', 'node:fs'),
  importing('contract-imports', 'src/contract/a.ts', 'src/services/b.ts'),
  importing('services-imports', 'src/services/a.ts', 'src/http/b.ts'),
  importing('services-imports', 'src/services/a.ts', 'src/runtime/b.ts', true),
  importing('store-imports', 'src/store/a.ts', 'src/services/b.ts'),
  importing('http-imports', 'src/http/a.ts', 'src/store/b.ts'),
  importing('realtime-imports', 'src/realtime/a.ts', 'src/http/b.ts'),
  importing('runtime-imports', 'src/runtime/a.ts', 'src/http/b.ts'),
  importing('launch-imports', 'src/launch/a.ts', 'src/http/b.ts'),
  requiring('mongo-only-in-store', 'src/services/a.ts', 'mongoose'),
  requiring('mongo-only-in-store', 'src/http/a.ts', 'mongodb'),
  requiring('mongo-only-in-store', 'connectors/pigeon/a.ts', 'mongoose'),
  requiring('express-only-in-http', 'src/services/a.ts', 'express'),
  requiring('sockets-only-in-realtime', 'src/services/a.ts', 'socket.io'),
  importing('nobody-imports-main', 'src/http/a.ts', 'src/main.ts'),
  importing('only-main-knows-connectors', 'src/runtime/a.ts', 'connectors/index.ts'),
  importing('only-main-knows-connectors', 'web/inbox/a.ts', 'connectors/pigeon/b.ts', true),
  importing('connectors-see-the-contract', 'connectors/pigeon/a.ts', 'src/services/b.ts'),
  importing('connectors-see-the-contract', 'connectors/shared/a.ts', 'src/store/b.ts'),
  importing('no-sibling-connectors', 'connectors/pigeon/a.ts', 'connectors/drum/b.ts'),
  importing('no-sibling-connectors', 'connectors/pigeon/a.ts', 'connectors/index.ts'),
  importing('no-sibling-connectors', 'connectors/shared/a.ts', 'connectors/drum/b.ts'),
  importing('web-imports-only-types-of-the-core', 'web/inbox/a.ts', 'src/domain/b.ts'),
  importing('web-imports-only-types-of-the-core', 'web/widget/a.tsx', 'src/contract/b.ts'),
  importing('web-sees-domain-and-contract', 'web/shared/a.ts', 'src/services/b.ts', true),
  importing('web-sees-domain-and-contract', 'web/inbox/a.ts', 'test/fakes/b.ts'),
  importing('web-apps-are-apart', 'web/inbox/a.ts', 'web/widget/b.ts'),
  importing('product-without-tests', 'src/services/a.ts', 'test/fakes/b.ts'),
  importing('product-without-tests', 'src/services/a.ts', 'src/services/b.test.ts'),
  requiring('no-dev-package-in-the-server', 'src/services/a.ts', 'vitest'),
  requiring('packages-are-declared', 'src/store/a.ts', 'undeclared'),
  importing('imports-resolve', 'src/services/a.ts', 'src/services/b.ts'),
].map((planting) =>
  planting.rule === 'imports-resolve'
    ? { ...planting, files: { 'src/services/a.ts': planting.files['src/services/a.ts'] ?? '' } }
    : planting,
)

/** What the rules allow and must go on allowing. */
export const ALLOWED: readonly Planting[] = [
  importing('', 'src/services/a.ts', 'src/store/b.ts'),
  importing('', 'src/http/a.ts', 'src/contract/b.ts'),
  importing('', 'src/main.ts', 'connectors/index.ts'),
  importing('', 'connectors/index.ts', 'connectors/pigeon/b.ts'),
  importing('', 'connectors/pigeon/a.ts', 'connectors/shared/b.ts'),
  importing('', 'connectors/pigeon/a.ts', 'src/contract/b.ts'),
  importing('', 'web/inbox/a.ts', 'src/domain/b.ts', true),
  importing('', 'web/inbox/a.ts', 'web/shared/b.ts'),
  importing('', 'src/domain/a.test.ts', 'test/fakes/b.ts'),
  requiring('', 'src/store/a.ts', 'mongoose'),
  typing('', 'src/contract/a.ts', 'node:stream'),
  requiring('', 'src/services/a.ts', 'node:crypto'),
]
