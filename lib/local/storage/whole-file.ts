import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { LocalCloudError } from '../errors.ts';

/**
 * Writes a file that only its owner may read. A reader, and a run after a kill, see the old content or the new one, never a part.
 */
export function writeWholeFile(path: string, content: string | Buffer): void {
  writeFileSync(`${path}.new`, content, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/**
 * Reads a JSON file of the data directory; `undefined` if there is none.
 *
 * @param advice what helps if it is damaged; default: to delete it, because the next start makes it again
 * @throws LocalCloudError `data_dir_damaged`
 */
export function readJsonFile<Content extends object>(
  path: string,
  advice = 'Delete this file, and start again.',
): Content | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof content === 'object' && content !== null) return content as Content;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new LocalCloudError('data_dir_damaged', `${path} is damaged. ${advice}`);
}
