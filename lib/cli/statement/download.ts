import { createHash } from 'node:crypto';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { copyFile, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CommandFailure, EXIT } from '../command-line/exit-status.ts';
import { isFileError, unwritable } from '../command-line/unwritable.ts';

/** Downloads a file to a private place, and gives it away only if it is what the service said. */

export interface Promised {
  readonly url: string;
  readonly bytes: number;
  /** 64 hex digits. */
  readonly sha256: string;
}

export interface DownloadOptions {
  readonly signal: AbortSignal;
  /** The part of the file that has arrived: 0 to 1. */
  readonly onProgress: (part: number) => void;
  /** The directory where the file will stay. Default: the system's for temporary files. */
  readonly beside?: string | undefined;
}

export interface Downloaded {
  readonly path: string;
  /** Gives the file its name, at once: no reader sees a part of it. */
  moveTo(path: string): Promise<void>;
  discard(): void;
}

/** @throws CommandFailure `unreachable` if it breaks off, `hash_mismatch` if the file is another one */
export async function download(promised: Promised, options: DownloadOptions): Promise<Downloaded> {
  const { url, bytes, sha256 } = promised;
  const { signal, onProgress, beside } = options;
  const directory = directoryIn(beside);
  const path = join(directory, 'statement.csv');
  const discard = () => rmSync(directory, { recursive: true, force: true });
  const hash = createHash('sha256');
  let read = 0;
  try {
    const answer = await fetch(url, { signal });
    if (!answer.ok || answer.body === null) throw new Error(`status ${answer.status}`);
    const counted = new Transform({
      transform(chunk: Buffer, _, done) {
        read += chunk.length;
        hash.update(chunk);
        onProgress(read / bytes);
        // A file that is longer than promised is another one, and may have no end.
        done(read > bytes ? new Error('it is longer than the service said') : null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(answer.body as never), counted, createWriteStream(path), { signal });
  } catch (error) {
    discard();
    throw brokenOff(error);
  }
  if (hash.digest('hex') !== sha256) {
    discard();
    throw new CommandFailure(
      EXIT.failed,
      'hash_mismatch',
      'The file is not the one that the service described.',
      {
        hint: 'Nothing was kept. Repeat the command; if it fails again, the file was changed.',
      },
    );
  }
  return {
    path,
    discard,
    async moveTo(to) {
      // Between two file systems a rename fails: then there is a copy.
      try {
        await rename(path, to).catch(() => copyFile(path, to));
      } catch (error) {
        throw unwritable(to, error, 'Nothing was kept.');
      } finally {
        discard();
      }
    },
  };
}

function directoryIn(beside: string | undefined): string {
  const parent = beside === undefined ? tmpdir() : dirname(resolve(beside));
  try {
    return mkdtempSync(join(parent, '.tidings-'));
  } catch (error) {
    throw unwritable(parent, error);
  }
}

function brokenOff(error: unknown): CommandFailure {
  if (isFileError(error)) return unwritable('The file', error, 'Nothing was kept.');
  return new CommandFailure(
    EXIT.unreachable,
    'unreachable',
    `The download broke off: ${(error as Error).message}.`,
    { hint: 'Nothing was kept. Repeat the command.', cause: error },
  );
}
