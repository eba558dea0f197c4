import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ASSEMBLY_DIRECTORY, synthesize } from '../../lib/local/synthesize.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Names another directory for the assembly, for tests that run with a deliberate fault in the code. */
export const ASSEMBLY_VARIABLE = 'TIDINGS_ASSEMBLY';
export const ASSEMBLY = process.env[ASSEMBLY_VARIABLE] ?? join(ROOT, ASSEMBLY_DIRECTORY);

/** Runs before all tests, so that the template and the bundles match the code under test. */
export default async function setup(): Promise<void> {
  await synthesize(ROOT, ASSEMBLY);
}
