import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['*.test.ts'],
    globalSetup: ['service.ts'],
    // The work is in processes that the tests start: one worker watches a few of them.
    maxWorkers: 1,
    maxConcurrency: 3,
    // For what hangs, and not for what is slow.
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
