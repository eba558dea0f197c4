import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readJsonFile, writeWholeFile } from '../storage/whole-file.ts';

/** The access key that callers of the AWS stand-ins sign with. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Reads the access key of a data directory. The first run generates it at random; only the owner can read its file. */
export function openAccessKey(dataDir: string): AccessKey {
  const path = join(dataDir, 'access-key.json');
  const key = readJsonFile<AccessKey>(path) ?? newKey();
  writeWholeFile(path, JSON.stringify(key));
  return key;
}

function newKey(): AccessKey {
  return {
    accessKeyId: `LOCAL${randomBytes(12).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
  };
}
