import { fileURLToPath } from 'node:url'

import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import type { PluginOption } from 'vite'
import { defineConfig } from 'vitest/config'

/** A running server to send the API's requests to; without one, `npm run dev` answers them from `mock/`. */
const server = process.env.CHARTSY_SERVER

export default defineConfig(async ({ command }) => {
  const plugins: PluginOption[] = [react(), tailwindcss()]
  if (command === 'serve' && !server) plugins.push((await import('./mock/plugin.ts')).mockApi())
  return {
    plugins,
    resolve: { alias: { '~': fileURLToPath(new URL('./src', import.meta.url)) } },
    // The help shows the definitions of ../docs.
    server: { fs: { allow: ['..'] }, ...(server ? { proxy: { '/api': { target: server, changeOrigin: false } } } : {}) },
    build: {
      target: 'es2023',
      // The gzip sizes are checked by `npm run size`, which knows the budgets.
      reportCompressedSize: false,
      manifest: true,
      modulePreload: { polyfill: false },
      // A page of the app may be served with `default-src 'self'`: nothing is inlined as a data: URL.
      assetsInlineLimit: 0,
    },
    test: { include: ['src/**/*.test.ts'], environment: 'node' },
  }
})
