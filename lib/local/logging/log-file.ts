import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { printable } from '../../printable.ts';

/** Size in bytes at which a log is rotated. The earlier rotated log is deleted, so both together are bounded. */
const MAX_BYTES = 16 * 1024 * 1024;

/** A size-bounded log: `path`, and the previous part as `path.1`. */
export interface LogFile {
  /** Writes one line, made printable: functions log foreign text, and people read the file in terminals. */
  line(text: string): void;
  close(): void;
}

/**
 * Opens the log file for appending.
 * @param maxBytes size at which it is rotated; default: 16 MiB
 */
export function openLogFile(path: string, maxBytes = MAX_BYTES): LogFile {
  let file = openSync(path, 'a');
  let size = fstatSync(file).size;
  return {
    line(text) {
      const bytes = Buffer.from(`${printable(text)}\n`);
      if (size > 0 && size + bytes.length > maxBytes) {
        closeSync(file);
        renameSync(path, `${path}.1`);
        file = openSync(path, 'a');
        size = 0;
      }
      // Write synchronously: a killed run keeps every line that it logged.
      size += writeSync(file, bytes);
    },
    close: () => closeSync(file),
  };
}
