import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'receivers',
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['**/*.test.ts'],
    // The work is in processes that the tests start.
    maxWorkers: 1,
    // For what hangs, and not for what is slow.
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
