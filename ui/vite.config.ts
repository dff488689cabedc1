import { fileURLToPath } from 'node:url'

import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

import { chunkOf } from './scripts/chunks.ts'
import { outlines } from './scripts/outlines.ts'

/** The server that `npm run dev` shows: by default `chartsy demo` or `chartsy serve` at their usual address. */
const server = process.env.CHARTSY_SERVER ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react(), tailwindcss(), outlines()],
  resolve: { alias: { '~': fileURLToPath(new URL('./src', import.meta.url)) } },
  // The help shows the definitions of ../docs.
  server: { fs: { allow: ['..'] }, proxy: { '/api': { target: server, changeOrigin: false } } },
  build: {
    target: 'es2023',
    // The gzip sizes are checked by `npm run size`, which knows the budgets.
    reportCompressedSize: false,
    manifest: true,
    modulePreload: { polyfill: false },
    // A page of the app may be served with `default-src 'self'`: nothing is inlined as a data: URL.
    assetsInlineLimit: 0,
    // Every page needs the framework. Split by who imports what of it, it would be larger.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'framework', priority: 1, test: /node_modules\/(react|react-dom|scheduler|@tanstack\/(?!react-virtual|virtual-core)[^/]+)\// },
            { debugName: 'app and figures', name: chunkOf(fileURLToPath(new URL('./src/main.tsx', import.meta.url))), includeDependenciesRecursively: false },
          ],
        },
      },
    },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
