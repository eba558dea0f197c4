import { closeSync, fchmodSync, fstatSync, fsyncSync, openSync, writeSync } from 'node:fs';
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
  const file = writing(path, () => {
    const opened = openSync(path, 'a', OWNER_ONLY);
    if (fstatSync(opened).isFile()) fchmodSync(opened, OWNER_ONLY);
    return opened;
  });
  return {
    add: (secret) => {
      writeSync(file, `${JSON.stringify(secret)}\n`);
      fsyncSync(file);
    },
    close: () => closeSync(file),
  };
}
