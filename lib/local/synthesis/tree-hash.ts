import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** SHA-256 of the names and contents of all files at and below some paths. A missing path counts as such. */
export function treeHash(root: string, paths: readonly string[]): string {
  const total = createHash('sha256');
  for (const path of paths) addPath(root, path);
  return total.digest('hex');

  function addPath(directory: string, name: string): void {
    const path = join(directory, name);
    const content = contentOf(path);
    if (!Array.isArray(content)) {
      total.update(JSON.stringify([name, content]));
      return;
    }
    total.update(JSON.stringify([name, 'directory', content.length]));
    for (const child of content) addPath(path, child);
  }
}

/** A file's hash, a directory's sorted names, or undefined if nothing is there (any more). */
function contentOf(path: string): string | readonly string[] | undefined {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EISDIR') return readdirSync(path).sort();
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
