import { chmodSync, copyFileSync, cpSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundledFunctions, inputsOfFunctions } from '../../lib/stack/bundles.ts';
import { buildConstruct } from './construct.ts';
import { buildKits } from './kits.ts';
import { FORMATS, sourceAt, TARGET } from './layout.ts';
import { type BundledPackage, writeLicenses } from './licenses.ts';
import { writeManifest } from './manifest.ts';

/**
 * Builds the published package: the receiver and initiator kits with the part of the protocol that they use, the command
 * line in one file, and the construct with the functions that it deploys. It has a manifest of its own, because users should
 * not install what builds and runs the service.
 *
 * @returns the packages of others of which code is in it
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

/** One file without dependencies. It reads its version from the package's manifest beside it. */
async function buildCommandLine(directory: string): Promise<readonly string[]> {
  const outfile = join(directory, 'cli/tidings.js');
  const { metafile } = await build({
    ...TARGET,
    entryPoints: [sourceAt('bin/tidings.ts')],
    outfile,
    format: 'esm',
    bundle: true,
    metafile: true,
    minifySyntax: true,
    minifyWhitespace: true,
    // Libraries in CommonJS call `require` for modules of Node.
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire as tidingsRequire } from 'node:module';const require = tidingsRequire(import.meta.url);",
    },
    legalComments: 'none',
  });
  chmodSync(outfile, 0o755);
  process.stdout.write(`cli/tidings.js: ${Math.ceil(statSync(outfile).size / 1_024)} KiB\n`);
  return Object.keys(metafile.inputs);
}
