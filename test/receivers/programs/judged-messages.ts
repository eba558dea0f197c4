import { execFileSync } from 'node:child_process';
import { callbackBody } from '../../../lib/core/deliver/attempt/callback.ts';
import type { MerchantId, TransactionId } from '../../../lib/core/model.ts';
import { type Signer, signedHeaders } from '../../../lib/protocol/signing/signed-headers.ts';
import { answerKey, storedSecretBytes } from '../../../lib/protocol/signing/webhook-keys.ts';
import { newKeyPair, newSecret } from '../../../lib/receiver/testing/index.ts';
import type { Program } from './languages.ts';

/** Signed messages, and what a program says of them that verifies signatures. */

const [secret, nextSecret] = [newSecret(), newSecret()];
const [pair, nextPair] = [newKeyPair(), newKeyPair()];
const BODY = callbackBody({
  merchantId: 'shop' as MerchantId,
  transactionId: 'pay_1' as TransactionId,
  version: 1,
  transactionType: 'payment',
  status: 'SUCCEEDED',
  amount: 1999,
  currency: 'CNY',
  occurredAt: '2026-11-20T08:00:00.000Z',
  recordedAt: '2026-11-20T08:00:01.000Z',
  listedAt: '2026-11-20T08:00:01.000Z',
  metadata: { text: '支付 "€"' },
});

const v1 = (text: string): Signer => ({ scheme: 'v1', key: storedSecretBytes(text) });
const v1a = ({ privateKey }: typeof pair): Signer => ({
  scheme: 'v1a',
  key: Buffer.from(privateKey.slice('whsk_'.length), 'base64'),
});
const ofAnswers = (text: string): Signer => ({ scheme: 'v1', key: answerKey(storedSecretBytes(text)) });

export interface Message {
  readonly name: string;
  readonly kind: 'v1' | 'v1a' | 'answer';
  readonly key: string;
  readonly signers: readonly Signer[];
  readonly isGenuine: boolean;
  /** How many seconds ago it was signed; default: now. */
  readonly seconds?: number;
  readonly changes?: { readonly body?: string; readonly signature?: string };
}

/** Genuine and forged ones. */
export const MESSAGES: readonly Message[] = [
  { name: 'v1', kind: 'v1', key: secret, signers: [v1(secret)], isGenuine: true },
  {
    name: 'v1 during a rotation',
    kind: 'v1',
    key: secret,
    signers: [v1(nextSecret), v1(secret)],
    isGenuine: true,
  },
  { name: 'v1 beside v1a', kind: 'v1', key: secret, signers: [v1a(pair), v1(secret)], isGenuine: true },
  { name: 'v1 by somebody else', kind: 'v1', key: secret, signers: [v1(nextSecret)], isGenuine: false },
  { name: 'v1, too old', kind: 'v1', key: secret, signers: [v1(secret)], seconds: 310, isGenuine: false },
  {
    name: 'v1, of the future',
    kind: 'v1',
    key: secret,
    signers: [v1(secret)],
    seconds: -310,
    isGenuine: false,
  },
  {
    name: 'v1, changed',
    kind: 'v1',
    key: secret,
    signers: [v1(secret)],
    changes: { body: `${BODY} ` },
    isGenuine: false,
  },
  {
    name: 'a malformed header',
    kind: 'v1',
    key: secret,
    signers: [],
    changes: { signature: 'v1 v1, ,' },
    isGenuine: false,
  },
  { name: 'v1a', kind: 'v1a', key: pair.publicKey, signers: [v1a(pair)], isGenuine: true },
  {
    name: 'v1a during a rotation',
    kind: 'v1a',
    key: pair.publicKey,
    signers: [v1a(nextPair), v1a(pair)],
    isGenuine: true,
  },
  {
    name: 'v1a by somebody else',
    kind: 'v1a',
    key: pair.publicKey,
    signers: [v1a(nextPair), v1(secret)],
    isGenuine: false,
  },
  {
    name: 'v1a, changed',
    kind: 'v1a',
    key: pair.publicKey,
    signers: [v1a(pair)],
    changes: { body: `${BODY} ` },
    isGenuine: false,
  },
  {
    name: 'v1a, malformed',
    kind: 'v1a',
    key: pair.publicKey,
    signers: [],
    changes: { signature: 'v1a v1a, v1a,AAAA' },
    isGenuine: false,
  },
  { name: 'an answer', kind: 'answer', key: secret, signers: [ofAnswers(secret)], isGenuine: true },
  {
    name: 'an answer, signed with the secret itself',
    kind: 'answer',
    key: secret,
    signers: [v1(secret)],
    isGenuine: false,
  },
  {
    name: 'an answer to somebody else',
    kind: 'answer',
    key: secret,
    signers: [ofAnswers(nextSecret)],
    isGenuine: false,
  },
];

/** The arguments of a program that judges: kind, key, id, timestamp, signature and body. */
export function argumentsOf({ kind, key, signers, seconds = 0, changes = {} }: Message): readonly string[] {
  const content = { id: 'msg_1', timestamp: Math.floor(Date.now() / 1_000) - seconds, body: BODY };
  const headers = signedHeaders(content, signers);
  const signature = changes.signature ?? headers['webhook-signature'] ?? '';
  return [kind, key, content.id, String(content.timestamp), signature, changes.body ?? BODY];
}

/** The status with which a program ends, and what it said if it fell over. */
export function statusOf({ command: [file, ...first], environment }: Program, args: readonly string[]) {
  const env = { ...process.env, ...environment };
  try {
    execFileSync(file, [...first, ...args], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return { status: 0 };
  } catch (error) {
    const { status, stderr } = error as { readonly status: number; readonly stderr: string };
    return status === 1 && stderr === '' ? { status } : { status, stderr };
  }
}
