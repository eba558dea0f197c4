import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPackage } from './package/build-package.ts';
import { packPackage } from './package/pack-package.ts';

/**
 * Builds the package, packs it as it would be published, and checks the file with `publint` and `attw`: every subpath, for
 * every way in which compilers resolve modules.
 */

const directory = mkdtempSync(join(tmpdir(), 'tidings-package-'));
try {
  await buildPackage(join(directory, 'dist'));
  const { file, files, unpackedBytes } = packPackage(join(directory, 'dist'), directory);
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  console.log(
    `${files} files: ${megabytes(statSync(file).size)} MB packed, ${megabytes(unpackedBytes)} MB unpacked`,
  );
  for (const [tool, ...words] of [
    ['publint', file, '--strict'],
    ['attw', file, '--format', 'table-flipped', '--no-emoji', '--no-color'],
  ] as const) {
    execFileSync(tool, words, { stdio: 'inherit' });
  }
} catch (error) {
  // The tool has said what is wrong.
  if ((error as { status?: unknown }).status === undefined) throw error;
  process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
