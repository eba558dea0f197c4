import { chmodSync, copyFileSync, cpSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundledFunctions, inputsOfFunctions } from '../../lib/stack/bundles.ts';
import { buildConstruct } from './construct.ts';
import { buildKits } from './kits.ts';
import { COMMAND_FILE, FORMATS, OLDEST_NODE, sourceAt, TARGET } from './layout.ts';
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

/** Before anything that an older Node cannot do: a sentence instead of its stack. In words that any Node understands. */
const VERSION_CHECK = `if (Number(process.versions.node.split('.')[0]) < ${OLDEST_NODE}) {
process.stderr.write('tidings needs Node ${OLDEST_NODE} or newer, and this is Node ' + process.versions.node + '. Try: npx -p node@${OLDEST_NODE} -p tidings tidings\\n');
process.exit(2);
}`;

/**
 * One file without dependencies. It reads its version from the package's manifest beside it. It is CommonJS, because a module's
 * imports are resolved before its first line runs, and with it the check of Node's version.
 */
async function buildCommandLine(directory: string): Promise<readonly string[]> {
  const outfile = join(directory, COMMAND_FILE);
  const { metafile } = await build({
    ...TARGET,
    // The whole file is parsed before its first line runs, also by an old Node.
    target: 'node16',
    entryPoints: [sourceAt('bin/tidings.ts')],
    outfile,
    format: 'cjs',
    bundle: true,
    metafile: true,
    minifySyntax: true,
    minifyWhitespace: true,
    define: { 'import.meta.url': 'tidingsUrl' },
    banner: {
      js: `#!/usr/bin/env node\n${VERSION_CHECK}\nconst tidingsUrl = require('node:url').pathToFileURL(__filename).href;`,
    },
    legalComments: 'none',
  });
  chmodSync(outfile, 0o755);
  process.stdout.write(`${COMMAND_FILE}: ${Math.ceil(statSync(outfile).size / 1_024)} KiB\n`);
  return Object.keys(metafile.inputs);
}
