import { CommandFailure, EXIT } from './exit-status.ts';

/** A file of ours that cannot be written: a full disk, no permission, a directory that is not there. */

const CODES = new Set(
  'EACCES EPERM EROFS ENOSPC EDQUOT EFBIG EIO EISDIR ENOTDIR ENOENT EMFILE ENAMETOOLONG'.split(' '),
);

export function isFileError(error: unknown): boolean {
  return error instanceof Error && CODES.has(String((error as NodeJS.ErrnoException).code));
}

/** @param what is lost or not done: one sentence */
export function unwritable(path: string, error: unknown, what?: string): CommandFailure {
  const why = error instanceof Error ? error.message : String(error);
  return new CommandFailure(EXIT.usage, 'unwritable', `${path} cannot be written: ${why}.`, {
    ...(what !== undefined && { hint: what }),
    cause: error,
  });
}

/**
 * @param hint what to do, or what is not lost
 * @throws CommandFailure if a file cannot be written
 */
export function writing<Result>(path: string, write: () => Result, hint?: string): Result {
  try {
    return write();
  } catch (error) {
    throw isFileError(error) ? unwritable(path, error, hint) : error;
  }
}
