import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

/**
 * Builds the widget into dist/web/widget: `loader.js`, which runs in the site's page, and `frame.html` with its
 * assets, which runs in our own frame. What a visitor must download at once has a limit; beyond it the build fails.
 */
const HERE = dirname(fileURLToPath(import.meta.url))
const OUT = join(HERE, '..', '..', 'dist', 'web', 'widget')
const LIMITS = { loader: 3_000, frame: 30_000 }

/** Browsers of the last three years; what they know need not be spelled out for older ones. */
const BROWSERS = ['chrome111', 'edge111', 'firefox114', 'safari16.4']

/**
 * What of Socket.IO never runs here, with what stands in for it: transports but for web sockets (without those the
 * widget reads the history every few seconds), and binary packets, since all events of the widget are JSON.
 *
 * @type {Readonly<Record<string, string>>}
 */
const STAND_INS = {
  '/engine.io-client/build/esm/transports/index.js':
    "import { WS } from './websocket.js'\nexport const transports = { websocket: WS }",
  '/engine.io-parser/build/esm/contrib/base64-arraybuffer.js':
    'export const decode = () => new ArrayBuffer(0)',
  '/socket.io-parser/build/esm/is-binary.js':
    'export const isBinary = () => false\nexport const hasBinary = isBinary',
  '/socket.io-parser/build/esm/binary.js':
    'export const deconstructPacket = (packet) => ({ packet, buffers: [] })\n' +
    'export const reconstructPacket = (packet) => packet',
}

/** @type {import('vite').Plugin} */
const leaveOut = {
  name: 'leave-out',
  enforce: 'pre',
  load(id) {
    // There is one style sheet for all parts: nothing to load before a part that is read later.
    if (id === '\0vite/preload-helper.js') return 'export const __vitePreload = (load) => load()'
    const path = Object.keys(STAND_INS).find((end) => id.endsWith(end))
    return path === undefined ? null : (STAND_INS[path] ?? null)
  },
  // What nobody imports of it may go: its modules only define things.
  transform: (code, id) =>
    id.includes('/engine.io-client/') ? { code, map: null, moduleSideEffects: false } : null,
}

/** @type {import('vite').InlineConfig} */
const shared = {
  root: HERE,
  base: '/widget/',
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
  plugins: [leaveOut],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
}

await build({
  ...shared,
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: BROWSERS,
    modulePreload: false,
    cssCodeSplit: false,
    rolldownOptions: { input: join(HERE, 'frame.html') },
  },
})
await build({
  ...shared,
  build: {
    outDir: OUT,
    emptyOutDir: false,
    target: BROWSERS,
    rolldownOptions: {
      input: join(HERE, 'loader', 'loader.ts'),
      output: { format: 'iife', entryFileNames: 'loader.js' },
    },
  },
})

/** @param {string} file */
const weight = (file) => gzipSync(readFileSync(join(OUT, file)), { level: 9 }).length

const html = readFileSync(join(OUT, 'frame.html'), 'utf8')
const named = readdirSync(join(OUT, 'assets'))
  .filter((name) => html.includes(name))
  .map((name) => join('assets', name))
// Whatever the first script imports statically is downloaded at once too.
const imported = named
  .filter((name) => name.endsWith('.js'))
  .flatMap((name) => [
    ...readFileSync(join(OUT, name), 'utf8').matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g),
  ])
  .map((match) => join('assets', match[1] ?? ''))
const initial = [...new Set([...named, ...imported])]

const weights = {
  loader: weight('loader.js'),
  frame: initial.reduce((sum, name) => sum + weight(name), 0),
}
for (const [part, limit] of Object.entries(LIMITS)) {
  const bytes = weights[/** @type {keyof typeof LIMITS} */ (part)]
  process.stdout.write(`widget ${part}: ${bytes} bytes gzipped of ${limit} allowed\n`)
  if (bytes > limit) {
    process.stderr.write(`The widget's ${part} is too large: ${bytes} > ${limit} bytes gzipped.\n`)
    process.exitCode = 1
  }
}
