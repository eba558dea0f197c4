import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWholeFile } from '../storage/whole-file.ts';

/** The access key that callers of the AWS stand-ins sign with. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Reads the access key of a data directory. The first run generates it at random; only the owner can read its file. */
export function openAccessKey(dataDir: string): AccessKey {
  const path = join(dataDir, 'access-key.json');
  if (!existsSync(path)) {
    const key: AccessKey = {
      accessKeyId: `LOCAL${randomBytes(12).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64url'),
    };
    writeWholeFile(path, JSON.stringify(key));
  }
  chmodSync(path, 0o600);
  return JSON.parse(readFileSync(path, 'utf8')) as AccessKey;
}
