import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const SERVER = process.env.GISGOV_SERVER ?? 'http://127.0.0.1:8000'
const PROXIED = ['/api', '/tiles', '/basemaps', '/healthz', '/openapi.json', '/docs']

export default defineConfig({
  plugins: [vue()],
  build: {
    target: 'es2022',
    // MapLibre is one library; it is split from the sign-in page already.
    chunkSizeWarningLimit: 1200,
    // The page forbids data: scripts and fonts; every asset is a file of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: Object.fromEntries(PROXIED.map((path) => [path, { target: SERVER }])) },
})
