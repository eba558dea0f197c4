import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LocalCloudError } from '../errors.ts';
import { openState, type State } from './state.ts';

/** A directory that contains this file is a data directory of the local cloud. It is the first file and never deleted. */
const MARK = 'cloud.sqlite';
/** Names a dynoxide that a killed run left behind. The next start ends it. */
export const PID_FILE = 'dynamodb.pid';
/** The setting that is there while the directory is being emptied. */
const EMPTYING = 'emptying';

/** Deletes a file or directory. */
type Remove = (path: string) => void;

/**
 * Creates the directory with its mark and, if `isFresh`, empties it. Never empties a directory that is in use or that holds
 * foreign files. Emptying that was broken off is finished by the next start.
 *
 * @param remove only for tests
 * @returns its absolute path
 * @throws LocalCloudError `data_dir_refused`, `data_dir_in_use` or `data_dir_damaged`
 */
export function prepareDataDirectory(path: string, isFresh: boolean, remove: Remove = removeTree): string {
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
  // Locks the directory, so that no other start uses one that is being emptied.
  const state = openState(dataDir);
  try {
    if (isFresh) state.saveSetting(EMPTYING, 'yes');
    if (state.setting(EMPTYING) !== undefined) empty(dataDir, state, remove);
  } finally {
    state.close();
  }
  return dataDir;
}

function empty(dataDir: string, state: State, remove: Remove): void {
  // The open database may have a second file, of the same name with an ending.
  const names = readdirSync(dataDir).filter((name) => !name.startsWith(MARK) && name !== PID_FILE);
  for (const name of names) remove(join(dataDir, name));
  state.clear();
}

function removeTree(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

function refusal(message: string): LocalCloudError {
  return new LocalCloudError('data_dir_refused', message);
}
