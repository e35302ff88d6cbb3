import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Where the API of a running app is, for `pnpm --filter @llama-messages/example dev:web`. */
const server = process.env['LLAMA_MESSAGES_URL'] ?? 'http://127.0.0.1:8787';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // Those with light-dark(): what stands in for it elsewhere would not follow the choice of colors.
    target: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    // The content security policy allows scripts and pictures of this origin, no data in a stylesheet.
    assetsInlineLimit: 0,
    // One script: nothing to load later, nothing to preload.
    rolldownOptions: { output: { codeSplitting: false } },
    modulePreload: false,
  },
  server: { proxy: { '/v1': server, '/ui': server } },
  preview: { proxy: { '/v1': server, '/ui': server } },
});
