import { afterAll } from 'vitest';

/**
 * The files of a worker share its process. Restores the variables of the environment when a file ends, so that no other
 * file, and no command that it starts, finds an emulator that is gone.
 */
const before = { ...process.env };
afterAll(() => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
});
