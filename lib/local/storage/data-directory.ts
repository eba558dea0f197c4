import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LocalCloudError } from '../errors.ts';
import { openState } from './state.ts';

/** A directory that contains this file is a data directory of the local cloud. */
const MARK = 'cloud.sqlite';

/**
 * Creates the directory and, if `isFresh`, empties it. Never empties a directory that is in use or that holds foreign
 * files.
 *
 * @returns its absolute path
 */
export function prepareDataDirectory(path: string, isFresh: boolean): string {
  if (path.trim() === '') throw refusal('--data-dir needs a directory.');
  const dataDir = resolve(path);
  if (existsSync(dataDir) && !statSync(dataDir).isDirectory()) throw refusal(`${path} is not a directory.`);
  mkdirSync(dataDir, { recursive: true });
  const names = readdirSync(dataDir);
  if (names.length > 0 && !names.includes(MARK)) {
    throw refusal(
      `${path} contains files of other programs. Use an empty directory, or the data directory of an earlier run.`,
    );
  }
  if (isFresh && names.length > 0) {
    // Throws if a running service holds the directory.
    openState(dataDir).close();
    for (const name of names) rmSync(join(dataDir, name), { recursive: true, force: true });
  }
  return dataDir;
}

function refusal(message: string): LocalCloudError {
  return new LocalCloudError('data_dir_refused', message);
}
