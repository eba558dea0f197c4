import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DAY_MS } from '../../lib/core/time.ts';
import { ASSEMBLIES_DIRECTORY, inputHash, synthesize } from '../../lib/local/synthesis/synthesize.ts';
import { BUNDLES_VARIABLE } from '../../lib/stack/bundled/bundles-variable.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Names another cache of assemblies, for tests that run with a deliberate fault in the code. */
export const ASSEMBLIES_VARIABLE = 'TIDINGS_ASSEMBLIES';
/** What is deployed, and what `npm start` runs. */
type Preset = 'production' | 'local';

const variableOf = (preset: Preset) => `TIDINGS_ASSEMBLY_${preset.toUpperCase()}`;

/** The assembly of a preset that `setup` made for this run. All processes of the run use the same one. */
export function assemblyOf(preset: Preset): string {
  const directory = process.env[variableOf(preset)];
  if (directory === undefined) throw new Error(`There is no assembly of preset ${preset}: setup() makes it.`);
  return directory;
}

/** Runs before all tests, so that the templates and the bundles match the code under test. */
export default async function setup(): Promise<void> {
  // The CDK's checks take seconds for each template that a test makes, and only warn. `.ci/cfn-lint` checks the templates.
  process.env.CDK_VALIDATION = 'false';
  const faulty = process.env[ASSEMBLIES_VARIABLE];
  // A deliberate fault must not reach the assemblies that `npm start` keeps.
  const cacheDir = faulty ?? join(ROOT, ASSEMBLIES_DIRECTORY);
  // Bundling takes most of a synthesis, and is done once for all tests and runs of the same sources.
  process.env[BUNDLES_VARIABLE] = keptBundles(cacheDir);
  const presets: readonly Preset[] = faulty === undefined ? ['production', 'local'] : ['production'];
  // One after the other: the second has the bundles of the first.
  for (const preset of presets) {
    process.env[variableOf(preset)] = (await synthesize(ROOT, cacheDir, { preset })).directory;
  }
}

/** The place of the bundles of the sources as they are. Deletes those of other sources that no run has used for a day. */
function keptBundles(cacheDir: string): string {
  const all = join(cacheDir, 'bundles');
  const own = inputHash(ROOT);
  for (const name of existsSync(all) ? readdirSync(all) : []) {
    const directory = join(all, name);
    if (name === own) utimesSync(directory, new Date(), new Date());
    else if (statSync(directory).mtimeMs < Date.now() - DAY_MS)
      rmSync(directory, { recursive: true, force: true });
  }
  return join(all, own);
}
