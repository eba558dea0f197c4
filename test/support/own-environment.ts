import { InvokeStore } from '@aws/lambda-invoke-store';
import { afterAll } from 'vitest';

/** Where SDK clients find what belongs to one event. The first client of a worker would make one for one event at a time. */
await InvokeStore.getInstanceAsync(true);

/**
 * The files of a worker share its process. Restores the variables of the environment when a file ends, so that no other
 * file, and no command that it starts, finds an emulator that is gone.
 */
const before = { ...process.env };
afterAll(() => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
});
