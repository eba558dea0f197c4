import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** ES modules and CommonJS: a folder each. */
export const FORMATS = ['esm', 'cjs'] as const;

/** The major version of Node that what is published needs at least. */
export const OLDEST_NODE = 22;

/** What runs in a user's process: the kits, the command line, and the construct. */
export const TARGET = { platform: 'node', target: `node${OLDEST_NODE}`, logLevel: 'warning' } as const;

/** The file that `npx tidings` runs. */
export const COMMAND_FILE = 'cli/tidings.cjs';

/** The source of a path in the repository. */
export const sourceAt = (...parts: readonly string[]): string => join(ROOT, ...parts);
