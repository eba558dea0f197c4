import { closeSync, existsSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { printable } from '../../printable.ts';
import { messageOf } from '../errors.ts';

/** Size in bytes at which a log is rotated. The earlier rotated log is deleted, so both together are bounded. */
const MAX_BYTES = 16 * 1024 * 1024;

/** A size-bounded log: `path`, and the previous part as `path.1`. */
export interface LogFile {
  /**
   * Writes one line, made printable: functions log foreign text, and people read the file in terminals. Never throws: a line
   * that cannot be written, on a full disk for example, is lost.
   */
  line(text: string): void;
  close(): void;
}

export interface LogFileOptions {
  /** Size at which the file is rotated; default: 16 MiB. */
  readonly maxBytes?: number;
  /** Called with a sentence when a line is lost for the first time. */
  readonly onLoss?: (message: string) => void;
}

/** Opens the log file for appending. */
export function openLogFile(
  path: string,
  { maxBytes = MAX_BYTES, onLoss = () => {} }: LogFileOptions = {},
): LogFile {
  let file = openSync(path, 'a');
  let size = fstatSync(file).size;
  let hasLost = false;

  function rotate(): void {
    // First the new file, so that a failure leaves the old one where it is.
    const next = openSync(`${path}.new`, 'a');
    // It is gone if the last attempt was broken off here.
    if (existsSync(path)) renameSync(path, `${path}.1`);
    renameSync(`${path}.new`, path);
    closeSync(file);
    file = next;
    size = 0;
  }

  return {
    line(text) {
      const bytes = Buffer.from(`${printable(text)}\n`);
      try {
        if (size > 0 && size + bytes.length > maxBytes) rotate();
        // Write synchronously: a killed run keeps every line that it logged.
        size += writeSync(file, bytes);
      } catch (error) {
        if (!hasLost) onLoss(`Cannot write to ${path}, so lines of the log are lost: ${messageOf(error)}`);
        hasLost = true;
      }
    },
    close: () => closeSync(file),
  };
}
