import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { COMMAND_FILE, OLDEST_NODE, sourceAt, TARGET } from './layout.ts';

/** Before anything that an older Node cannot do: a sentence instead of its stack. In words that any Node understands. */
const VERSION_CHECK = `if (Number(process.versions.node.split('.')[0]) < ${OLDEST_NODE}) {
process.stderr.write('tidings needs Node ${OLDEST_NODE} or newer, and this is Node ' + process.versions.node + '. Try: npx -p node@${OLDEST_NODE} -p tidings tidings\\n');
process.exit(2);
}`;

/**
 * Builds the command line: one file without dependencies, which reads its version from the package's manifest beside it. It is
 * CommonJS, because a module's imports are resolved before its first line runs, and with it the check of Node's version.
 *
 * @returns the files that it is made of, seen from the repository
 */
export async function buildCommandLine(directory: string): Promise<readonly string[]> {
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
