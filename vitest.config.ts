import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Hundreds of processes that are killed: `npm run test:examples`.
    exclude: ['test/examples/**'],
    globalSetup: ['test/support/synthesized.ts'],
    // For what hangs, and not for what is slow: tests wait for progress (test/support/eventually.ts), and fail without it.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    // The suites that run a whole cloud take both cores; more of them at a time only wait for each other.
    maxWorkers: 2,
  },
});
