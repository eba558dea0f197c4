import { renameSync, writeFileSync } from 'node:fs';

/**
 * Writes a file that only its owner may read. A reader, and a run after a kill, see the old text or the new one, never a part.
 */
export function writeWholeFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
