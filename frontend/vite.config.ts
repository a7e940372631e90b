import { fileURLToPath } from 'node:url'

import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

import { compressedCopies } from './compressed-copies.ts'

const gateway = process.env.CARTLOAD_GATEWAY ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react(), tailwindcss(), compressedCopies()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // The content security policy allows no data: URLs, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Without these, pieces that some pages share would be thirty small ones, which wait for each other.
          groups: [
            {
              name: 'libraries',
              test: /node_modules.(react|scheduler|@tanstack.(query|react-query))/,
              priority: 3,
            },
            {
              name: 'charts',
              test: /node_modules.(@visx|d3-)|components.ui.chart/,
              minShareCount: 2,
              priority: 2,
            },
            { name: 'shared', test: /src.(components|features|hooks|lib)/, minShareCount: 3, priority: 1 },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      '/api': gateway,
      '/ws': { target: gateway, ws: true },
    },
  },
  test: {
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/testing/setup.ts'],
    restoreMocks: true,
    unstubGlobals: true,
    sequence: { shuffle: true },
    // A worker goes on from file to file: loading jsdom, React and our modules again for each of them took four
    // fifths of all processor time. So no file may rely on fresh modules. The order of files and tests is another
    // in every run, which shows a test that leaves something behind.
    pool: 'threads',
    isolate: false,
  },
})
