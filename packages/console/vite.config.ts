/** Builds the console into static files that a strict content-security policy allows: no inline scripts, no eval. */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const site = process.env.HOLDFAST_SITE ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Browsers that know light-dark(): what is written down to older ones does not see Mantine's scheme.
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // Everything is a file of its own: a data: address would be refused where the policy has no exception.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Libraries change seldom: a new console is a small file.
        codeSplitting: {
          groups: [
            { name: 'mantine', test: /node_modules\/@mantine\// },
            { name: 'libraries', test: /node_modules\// },
          ],
        },
      },
    },
  },
  server: { host: '127.0.0.1', port: 5173, proxy: { '/api': { target: site, changeOrigin: false } } },
});
