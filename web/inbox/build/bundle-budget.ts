import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/** What may be loaded before the first screen stands. */
export interface BundleBudget {
  /** Modules whose chunks, with everything they import statically, count as initial; paths from the root. */
  readonly entries: readonly string[]
  /** Limit in kB (1,000 bytes), gzipped. */
  readonly limitKb: number
}

/** Fails the build when the initial JavaScript outgrows its budget. */
export function bundleBudget({ entries, limitKb }: BundleBudget): Plugin {
  return {
    name: 'bundle-budget',
    apply: 'build',
    writeBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
      const isInitial = (id: string | null) =>
        id !== null && entries.some((entry) => id.replaceAll('\\', '/').endsWith(`/${entry}`))
      const queue = chunks.filter(
        (chunk) => isInitial(chunk.facadeModuleId) || chunk.moduleIds.some(isInitial),
      )
      const initial = new Set(queue)
      for (const chunk of queue) {
        for (const name of chunk.imports) {
          const next = chunks.find((candidate) => candidate.fileName === name)
          if (next && !initial.has(next)) {
            initial.add(next)
            queue.push(next)
          }
        }
      }
      const sizes = [...initial].map((chunk) => ({
        name: chunk.fileName,
        bytes: gzipSync(chunk.code).length,
      }))
      const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
      const listed = sizes.map(({ name, bytes }) => `  ${(bytes / 1000).toFixed(1)} kB  ${name}`).join('\n')
      const summary = `initial JavaScript: ${(total / 1000).toFixed(1)} kB gzipped of ${limitKb} kB`
      if (total > limitKb * 1000) this.error(`${summary}\n${listed}`)
      this.info(summary)
    },
  }
}
