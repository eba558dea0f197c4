import { createHmac } from 'node:crypto';
import type { AccessKey } from '../../aws/access-key.ts';
import type { Signer } from '../../aws/authentication.ts';
import type { RoleSession } from './caller.ts';

/** Temporary credentials, and whose they are. */
export interface Session extends Signer {
  readonly sessionToken: string;
  readonly caller: RoleSession;
}

const KEY_ID_DIGITS = 24;

/**
 * Makes the credentials of a role session. They are derived from the key of the data directory: a link that was signed
 * before a restart is valid after it, as on AWS until it expires.
 */
export function openSession({ secretAccessKey }: AccessKey, caller: RoleSession): Session {
  const derive = (what: string) =>
    createHmac('sha256', secretAccessKey).update(`${what} ${caller.arn}`).digest();
  const id = derive('id').toString('hex').slice(0, KEY_ID_DIGITS).toUpperCase();
  return {
    caller,
    key: { accessKeyId: `LOCAL${id}`, secretAccessKey: derive('secret').toString('base64url') },
    sessionToken: derive('token').toString('base64url'),
  };
}
