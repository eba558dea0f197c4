import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The file that would be published. */
export interface Packed {
  readonly file: string;
  /** How many files are in it. */
  readonly files: number;
  readonly unpackedBytes: number;
}

/**
 * Packs a built package.
 *
 * @param destination the directory that gets the file
 */
export function packPackage(directory: string, destination: string): Packed {
  const listed = execFileSync('npm', ['pack', '--json', '--pack-destination', destination], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [packed] = Object.values(JSON.parse(listed)) as readonly NpmPacked[];
  if (packed === undefined) throw new Error('npm pack made no file.');
  return {
    file: join(destination, packed.filename),
    files: packed.entryCount,
    unpackedBytes: packed.unpackedSize,
  };
}

/** What npm says of a file that it packed. */
interface NpmPacked {
  readonly filename: string;
  readonly entryCount: number;
  readonly unpackedSize: number;
}
