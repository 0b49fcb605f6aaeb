import react from '@vitejs/plugin-react'
import mantinePreset from 'postcss-preset-mantine'
import simpleVars from 'postcss-simple-vars'
import { defineConfig } from 'vite'
import { bundleBudget } from './build/bundle-budget.ts'

/** Where `vite web/inbox` sends what only the server can answer. */
const target = process.env['TRIBUTARY_DEV_TARGET'] ?? 'http://localhost:3000'

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [
    react(),
    // The first screen is the conversation list with a thread; everything else may come later.
    bundleBudget({ entries: ['index.html', 'conversations/inbox-page.tsx'], limitKb: 200 }),
  ],
  css: {
    postcss: {
      plugins: [
        mantinePreset(),
        simpleVars({
          variables: { phone: '48em', desk: '75em' },
        }),
      ],
    },
  },
  build: {
    outDir: '../../dist/web/inbox',
    emptyOutDir: true,
    target: 'es2022',
    manifest: 'manifest.json',
    // Inlined data: fonts and scripts would be blocked by the policy of the served page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/socket.io', '/widget', '/demo'].map((path) => [path, { target, ws: path === '/socket.io' }]),
    ),
  },
})
