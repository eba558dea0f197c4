import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { sourceAt, TARGET } from './layout.ts';

/**
 * Builds the command line: one file without dependencies, which reads its version from the package's manifest beside it.
 *
 * @returns the files that it is made of, seen from the repository
 */
export async function buildCommandLine(directory: string): Promise<readonly string[]> {
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
