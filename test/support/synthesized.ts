import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ASSEMBLY_DIRECTORY, synthesize } from '../../lib/local/synthesize.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const ASSEMBLY = join(ROOT, ASSEMBLY_DIRECTORY);

/** Before all tests: the template and the bundles are of the code that is tested. */
export default async function setup(): Promise<void> {
  await synthesize(ROOT, ASSEMBLY);
}
