import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './synthesized.ts';

/** Below node_modules, so that what is made there finds the SDK. */
export const CACHE = join(ROOT, 'node_modules/.cache/tidings-tests');

export interface Making {
  readonly name: string;
  /** Files and directories that decide what is made, as absolute paths. */
  readonly inputs: readonly string[];
  /** Fills the empty directory. */
  make(directory: string): void | Promise<void>;
}

/**
 * A directory that is made once for each state of its inputs, by whichever test file needs it first, and read by all.
 * It must not be changed.
 */
export async function madeOnce({ name, inputs, make }: Making): Promise<string> {
  const directory = join(CACHE, `${name}-${hashOf(inputs)}`);
  if (existsSync(directory)) return directory;
  mkdirSync(CACHE, { recursive: true });
  const making = mkdtempSync(join(CACHE, 'making-'));
  await make(making);
  try {
    renameSync(making, directory);
  } catch {
    // Another test file was quicker; what it made is the same.
    rmSync(making, { recursive: true, force: true });
  }
  return directory;
}

function hashOf(inputs: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap(filesUnder)) hash.update(file).update('\0').update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

/** The file itself, or all files of the directory, in an order that is always the same. */
function filesUnder(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesUnder(join(path, name)));
}
