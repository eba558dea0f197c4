import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { printable } from '../printable.ts';

/** Bytes after which a log is put aside; one that was put aside before goes. So both together are bounded. */
const MAX_BYTES = 16 * 1024 * 1024;

/** A log that may be written for years: `path`, and before it `path.1`. */
export interface LogFile {
  /** One line, made printable: functions log what others wrote, and the file is read in terminals. */
  line(text: string): void;
  close(): void;
}

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
      // Every line is with the operating system before the next thing happens: a killed run has it too.
      size += writeSync(file, bytes);
    },
    close: () => closeSync(file),
  };
}
