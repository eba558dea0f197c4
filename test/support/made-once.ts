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
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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
  mkdirSync(CACHE, { recursive: true });
  const note = `${directory}.maker`;
  while (!existsSync(directory)) {
    if (await isMadeByAnother(note)) continue;
    const making = mkdtempSync(join(CACHE, 'making-'));
    try {
      await make(making);
      renameSync(making, directory);
    } catch (error) {
      rmSync(making, { recursive: true, force: true });
      // Another test file was quicker; what it made is the same.
      if (!existsSync(directory)) throw error;
    } finally {
      rmSync(note, { force: true });
    }
  }
  return directory;
}

const PAUSE_MS = 50;

/**
 * Whether another process is making it; then returns after a pause. Otherwise this process is noted as the maker. A race that makes
 * it twice only costs time.
 */
async function isMadeByAnother(note: string): Promise<boolean> {
  try {
    writeFileSync(note, String(process.pid), { flag: 'wx' });
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (isMakerAlive(note)) await sleep(PAUSE_MS);
    else rmSync(note, { force: true });
    return true;
  }
}

function isMakerAlive(note: string): boolean {
  try {
    const pid = Number(readFileSync(note, 'utf8'));
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
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
