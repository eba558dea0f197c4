import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'browser',
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['**/*.test.ts'],
    // One browser at a time: it uses several processes itself.
    maxWorkers: 1,
    // For what hangs, and not for what is slow.
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
