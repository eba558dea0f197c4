import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The version with which the project is tested. */
const DYNOXIDE_VERSION = '1.2.1';

export interface DynoxideCommand {
  readonly command: string;
  readonly arguments: readonly string[];
}

/**
 * Finds the DynamoDB emulator: `TIDINGS_DYNOXIDE_BIN`, else the platform's package if it is installed, else npm
 * fetches it. Only the Linux x64 package is a dependency: optional packages for several platforms break `npm ci` on
 * mirrors that lack one of them.
 */
export function dynoxideCommand(env: NodeJS.ProcessEnv = process.env): DynoxideCommand {
  const given = env.TIDINGS_DYNOXIDE_BIN;
  if (given !== undefined && given !== '') return { command: given, arguments: [] };
  const packaged = platformBinary();
  if (packaged !== undefined) return { command: packaged, arguments: [] };
  return { command: 'npm', arguments: ['exec', '--yes', `dynoxide@${DYNOXIDE_VERSION}`, '--'] };
}

function platformBinary(): string | undefined {
  const name = `@dynoxide/${process.platform}-${process.arch}`;
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    const file = join(folder, process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide');
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}
