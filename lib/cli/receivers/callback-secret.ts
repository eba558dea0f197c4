import { readFileSync } from 'node:fs';
import { secretBytes } from '../../protocol/signing/webhook-keys.ts';
import type { Option, Tools } from '../command-line/command.ts';
import { usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';

export const RECEIVER_SECRET: Option = {
  name: 'secret-file',
  value: 'FILE',
  summary: 'file with the secret of the receiver, instead of TIDINGS_LISTEN_SECRET',
};

/** The secret with which the receiver verifies. Undefined if none was given. @throws CommandFailure if it is malformed */
export function receiverSecret(given: Given, { env }: Pick<Tools, 'env'>): string | undefined {
  const file = given.text('secret-file');
  const text = file === undefined ? env.TIDINGS_LISTEN_SECRET : contentOf(file).trim();
  if (text === undefined || text === '') return undefined;
  if (secretBytes(text) !== undefined) return text;
  const where = file ?? 'TIDINGS_LISTEN_SECRET';
  throw usageFailure(`${where} must be whsec_ and 24 to 64 bytes in base64.`);
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usageFailure(`${file} cannot be read: ${(error as Error).message}`);
  }
}
