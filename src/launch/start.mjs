/**
 * What `npm start` runs: makes the checkout ready, then becomes the server. It runs before any dependency is
 * there, and therefore uses Node alone. An image that is built already starts `dist/src/main.js` directly.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Tributary needs Node.js 20.19 or newer; this is ${process.versions.node}. See https://nodejs.org.`,
  )
  process.exit(1)
}

// Loaded only now: an older Node could fail on the syntax of the rest, with a message nobody understands.
const { makeReady } = await import('./make-ready.mjs')
const root = new URL('../../', import.meta.url)
if (await makeReady(root)) {
  process.env['NODE_ENV'] ??= 'production'
  process.setSourceMapsEnabled(true)
  // In this very process, so that signals, input and the exit code are the server's own.
  await import(new URL('dist/src/main.js', root).href)
} else {
  process.exitCode = 1
}
