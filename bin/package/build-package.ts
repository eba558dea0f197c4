import { copyFileSync, cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledFunctions, inputsOfFunctions } from '../../lib/stack/bundling/bundles.ts';
import { buildCommandLine } from './command-line.ts';
import { buildConstruct } from './construct.ts';
import { buildKits } from './kits.ts';
import { FORMATS, sourceAt } from './layout.ts';
import { type BundledPackage, writeLicenses } from './licenses.ts';
import { writeManifest } from './manifest.ts';

/**
 * Builds the published package: the receiver and initiator kits with the part of the protocol that they use, the command
 * line in one file, and the construct with the functions that it deploys. It has a manifest of its own, because users should
 * not install what builds and runs the service.
 *
 * @returns the packages of others that have code in it
 */
export async function buildPackage(directory: string): Promise<readonly BundledPackage[]> {
  for (const part of [...FORMATS, 'cli', 'functions']) {
    rmSync(join(directory, part), { recursive: true, force: true });
  }
  await buildKits(directory);
  const parts = [await buildCommandLine(directory), await buildConstruct(directory)];
  cpSync(bundledFunctions(), join(directory, 'functions'), {
    recursive: true,
    filter: (path) => !path.endsWith('.json'),
  });
  writeFileSync(join(directory, 'cjs/package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`);
  const bundled = writeLicenses(directory, [...parts.flat(), ...inputsOfFunctions()]);
  for (const file of ['LICENSE', 'CHANGELOG.md']) copyFileSync(sourceAt(file), join(directory, file));
  copyFileSync(sourceAt('bin/package/README.md'), join(directory, 'README.md'));
  writeManifest(directory);
  return bundled;
}
