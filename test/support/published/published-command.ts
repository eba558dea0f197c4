import { join } from 'node:path';
import { buildCommandLine } from '../../../bin/package/command-line.ts';
import { COMMAND_FILE } from '../../../bin/package/layout.ts';
import { writeManifest } from '../../../bin/package/manifest.ts';
import { madeOnce } from '../made-once.ts';
import { ROOT } from '../synthesized.ts';

const INPUTS = ['bin/package', 'bin/tidings.ts', 'lib', 'package.json', 'node_modules/.package-lock.json'];

/** The file that `npx tidings` runs, as in the package and without the rest of it: that takes longer to build. */
export async function publishedCommand(): Promise<string> {
  const directory = await madeOnce({
    name: 'command',
    inputs: INPUTS.map((input) => join(ROOT, input)),
    make: async (making) => {
      await buildCommandLine(making);
      writeManifest(making);
    },
  });
  return join(directory, COMMAND_FILE);
}
