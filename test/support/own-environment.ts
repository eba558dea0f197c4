import { InvokeStore } from '@aws/lambda-invoke-store';
import { afterAll, vi } from 'vitest';

/** Where SDK clients find what belongs to one event. The first client of a worker would make one for one event at a time. */
await InvokeStore.getInstanceAsync(true);

/**
 * The files of a worker share its process. When a file ends, restores the variables of the environment, so that no other
 * file, and no command that it starts, finds an emulator that is gone; and the clock, with which another file would wait
 * for ever.
 */
const before = { ...process.env };
afterAll(() => {
  vi.useRealTimers();
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
});
