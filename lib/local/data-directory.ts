import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LocalCloudError } from './errors.ts';
import { openState } from './state.ts';

/** The file by which a data directory of ours is known. */
const MARK = 'cloud.sqlite';

/**
 * Makes the directory, and empties it where that is asked for: never one that is in use, and never one that holds
 * somebody else's files.
 *
 * @returns its absolute path
 */
export function prepareDataDirectory(path: string, isFresh: boolean): string {
  if (path.trim() === '') throw refusal('--data-dir needs the name of a directory.');
  const dataDir = resolve(path);
  if (existsSync(dataDir) && !statSync(dataDir).isDirectory()) throw refusal(`${path} is no directory.`);
  mkdirSync(dataDir, { recursive: true });
  const names = readdirSync(dataDir);
  if (names.length > 0 && !names.includes(MARK)) {
    throw refusal(
      `${path} holds files that are not ours. Name an empty directory, or one of an earlier run.`,
    );
  }
  if (isFresh && names.length > 0) {
    // Throws where a running service holds it.
    openState(dataDir).close();
    for (const name of names) rmSync(join(dataDir, name), { recursive: true, force: true });
  }
  return dataDir;
}

function refusal(message: string): LocalCloudError {
  return new LocalCloudError('data_dir_refused', message);
}
