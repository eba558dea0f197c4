import { renameSync, writeFileSync } from 'node:fs';

/**
 * Writes a file that only its owner may read. A reader, and a run after a kill, see the old content or the new one, never a part.
 */
export function writeWholeFile(path: string, content: string | Buffer): void {
  writeFileSync(`${path}.new`, content, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
