import { closeSync, fchmodSync, fstatSync, fsyncSync, openSync, writeFileSync } from 'node:fs';
import { writing } from '../command-line/unwritable.ts';

/** A file for new secrets, which only its owner may read. Each is on the disk before the next thing is made. */
export interface SecretsFile {
  /** @throws Error if it cannot be written */
  add(secret: object): void;
  close(): void;
}

const OWNER_ONLY = 0o600;

/**
 * Opens it before anything is made, because a secret that cannot be written is lost. A file that is there is continued: an
 * import that is repeated makes what is missing.
 *
 * @throws CommandFailure if it cannot be opened
 */
export function openSecretsFile(path: string): SecretsFile {
  const file = writing(path, () => openSync(path, 'a', OWNER_ONLY));
  // Not a pipe to another program, or a device: they have no disk, and refuse to be synchronized with one.
  const isOnDisk = fstatSync(file).isFile();
  if (isOnDisk) writing(path, () => fchmodSync(file, OWNER_ONLY));
  return {
    add: (secret) => {
      // As a whole: a single write to a disk that is almost full keeps a part, and succeeds.
      writeFileSync(file, `${JSON.stringify(secret)}\n`);
      if (isOnDisk) fsyncSync(file);
    },
    close: () => closeSync(file),
  };
}
