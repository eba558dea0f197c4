import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ASSEMBLIES_DIRECTORY, synthesize } from '../../lib/local/synthesis/synthesize.ts';

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
  const presets: readonly Preset[] = faulty === undefined ? ['production', 'local'] : ['production'];
  await Promise.all(
    presets.map(async (preset) => {
      process.env[variableOf(preset)] = (await synthesize(ROOT, cacheDir, { preset })).directory;
    }),
  );
}
