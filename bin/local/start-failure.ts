import { LocalCloudError, type LocalCloudErrorCode } from '../../lib/local/errors.ts';

/** What to do about a refusal of the local cloud, in the options of `npm start`. */
const ADVICE: Readonly<Partial<Record<LocalCloudErrorCode, string>>> = {
  port_in_use:
    'Stop the program that has the port, or take free ones: npm start -- --port 0 --receiver-port 0, and your other options.',
  data_dir_in_use:
    'Beside it: npm start -- --data-dir .tidings-2 --port 0 --receiver-port 0, and your other options.',
};

/** Failures of the file system that are no fault of ours: rights, room, and names. */
const FILE_FAILURES = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'ENOTDIR',
  'ENAMETOOLONG',
  'ELOOP',
]);

/** The same, as primary result codes of SQLite: no rights, read-only, input or output, full, cannot be opened. */
const SQLITE_FAILURES = new Set([3, 8, 10, 13, 14]);

/** What `npm start` says when it ends: a sentence and advice if it was to be expected, and otherwise where it broke. */
export function startFailureText(error: unknown): string {
  const { code, message, errcode = 0 } = error as NodeJS.ErrnoException & { readonly errcode?: number };
  if (FILE_FAILURES.has(code ?? '') || SQLITE_FAILURES.has(errcode & 0xff))
    return `${message} (${code})\nMake room or give the right to write there, or choose another directory: npm start -- --data-dir DIR`;
  if (!(error instanceof LocalCloudError)) return String((error as Error).stack);
  const advice = ADVICE[error.code];
  return [`${error.message} (${error.code})`, ...(advice === undefined ? [] : [advice])].join('\n');
}
