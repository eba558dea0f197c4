import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ASSEMBLY_DIRECTORY, synthesize } from '../../lib/local/synthesize.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Names another directory for the assembly, for tests that run with a deliberate fault in the code. */
export const ASSEMBLY_VARIABLE = 'TIDINGS_ASSEMBLY';
/** What is deployed: preset `production`. */
export const ASSEMBLY = process.env[ASSEMBLY_VARIABLE] ?? join(ROOT, 'cdk.out.production');
/** What `npm start` runs: preset `local`. */
export const LOCAL_ASSEMBLY = join(ROOT, ASSEMBLY_DIRECTORY);

/** Runs before all tests, so that the templates and the bundles match the code under test. */
export default async function setup(): Promise<void> {
  const deployed = synthesize(ROOT, ASSEMBLY, { preset: 'production' });
  // A deliberate fault must not reach the assembly that `npm start` keeps.
  const isFaulty = process.env[ASSEMBLY_VARIABLE] !== undefined;
  await Promise.all([deployed, ...(isFaulty ? [] : [synthesize(ROOT, LOCAL_ASSEMBLY, { preset: 'local' })])]);
}
