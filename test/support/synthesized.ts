import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ASSEMBLY_DIRECTORY, synthesize } from '../../lib/local/synthesize.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What is deployed: preset `production`. */
export const ASSEMBLY = join(ROOT, 'cdk.out.production');
/** What `npm start` runs: preset `local`. */
export const LOCAL_ASSEMBLY = join(ROOT, ASSEMBLY_DIRECTORY);

/** Runs before all tests, so that the templates and the bundles match the code under test. */
export default async function setup(): Promise<void> {
  await Promise.all([
    synthesize(ROOT, ASSEMBLY, { preset: 'production' }),
    synthesize(ROOT, LOCAL_ASSEMBLY, { preset: 'local' }),
  ]);
}
