import { fileURLToPath } from 'node:url';
import { synthesize } from '../../lib/local/synthesize.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const ASSEMBLY = fileURLToPath(new URL('../../cdk.out', import.meta.url));

/** Before all tests: the template and the bundles are of the code that is tested. */
export default async function setup(): Promise<void> {
  await synthesize(ROOT, ASSEMBLY);
}
