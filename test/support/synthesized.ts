import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ASSEMBLY_DIRECTORY, synthesize } from '../../lib/local/synthesize.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const ASSEMBLY = join(ROOT, ASSEMBLY_DIRECTORY);

/** Runs before all tests, so that the template and the bundles match the code under test. */
export default async function setup(): Promise<void> {
  await synthesize(ROOT, ASSEMBLY);
}
