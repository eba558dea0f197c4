import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Signer, signedHeaders } from '../../lib/protocol/signing/signed-headers.ts';
import { answerKey, storedSecretBytes } from '../../lib/protocol/signing/webhook-keys.ts';
import { newKeyPair, newSecret } from '../../lib/receiver/testing/index.ts';
import { ROOT } from '../support/synthesized.ts';
import { makeJudges } from './programs/judges.ts';
import { findPython, makePresent, type Program, pythonPackages } from './programs/languages.ts';

const { programs, missing } = await makeJudges();
for (const { language, why } of missing)
  console.log(`The code of the guide for ${language} was not tried: ${why}.`);

const [secret, nextSecret] = [newSecret(), newSecret()];
const [pair, nextPair] = [newKeyPair(), newKeyPair()];
const BODY = JSON.stringify({
  type: 'payment.succeeded',
  data: { transactionId: 'pay_1', text: '支付 "€"' },
});

const v1 = (text: string): Signer => ({ scheme: 'v1', key: storedSecretBytes(text) });
const v1a = ({ privateKey }: typeof pair): Signer => ({
  scheme: 'v1a',
  key: Buffer.from(privateKey.slice('whsk_'.length), 'base64'),
});
const ofAnswers = (text: string): Signer => ({ scheme: 'v1', key: answerKey(storedSecretBytes(text)) });

interface Message {
  readonly name: string;
  readonly kind: 'v1' | 'v1a' | 'answer';
  readonly key: string;
  readonly signers: readonly Signer[];
  readonly isGenuine: boolean;
  /** How many seconds ago it was signed; default: now. */
  readonly seconds?: number;
  readonly changes?: { readonly body?: string; readonly signature?: string };
}

const MESSAGES: readonly Message[] = [
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

function argumentsOf({ kind, key, signers, seconds = 0, changes = {} }: Message): readonly string[] {
  const content = { id: 'msg_1', timestamp: Math.floor(Date.now() / 1_000) - seconds, body: BODY };
  const headers = signedHeaders(content, signers);
  const signature = changes.signature ?? headers['webhook-signature'] ?? '';
  return [kind, key, content.id, String(content.timestamp), signature, changes.body ?? BODY];
}

/** The status with which a program ends, and what it said if it fell over. */
function statusOf({ command: [file, ...first], environment }: Program, args: readonly string[]) {
  const env = { ...process.env, ...environment };
  try {
    execFileSync(file, [...first, ...args], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return { status: 0 };
  } catch (error) {
    const { status, stderr } = error as { readonly status: number; readonly stderr: string };
    return status === 1 && stderr === '' ? { status } : { status, stderr };
  }
}

describe.each(programs)('the code of the guide for $language', (program) => {
  it.each(MESSAGES)('judges $name', (message) => {
    expect(statusOf(program, argumentsOf(message))).toEqual({ status: message.isGenuine ? 0 : 1 });
  });
});

describe('the programs that know nothing of this code', async () => {
  const found = await makePresent({ Python: async () => ({ command: [findPython(), '-B'] }) });
  const names = found.programs.length > 0 ? ['content', 'digest', 'comparison', 'wire'] : [];
  for (const { why } of found.missing) console.log(`The vectors were not computed again: ${why}.`);

  it.each(names)('still compute test/vectors/%s.json', (name) => {
    const folder = join(ROOT, 'test/vectors');
    const text = execFileSync(findPython(), ['-B', `${name}.py`], { cwd: folder, encoding: 'utf8' });
    expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')));
  });
});

describe('the page about the wire format', async () => {
  const requirements = join(ROOT, 'test/receivers/snippets/python-requirements.txt');
  const found = await makePresent({
    Python: async () => ({
      command: [findPython(), '-B', '-c'],
      environment: { PYTHONPATH: await pythonPackages(requirements) },
    }),
  });

  it.each(found.programs)('has lines of $language that verify v1a', (program) => {
    const page = readFileSync(join(ROOT, 'docs/wire-format.md'), 'utf8');
    const [, lines = ''] = /^```python\n(.*?)^```$/ms.exec(page) ?? [];
    const judge =
      'import sys\n_, key, *parts, body = sys.argv[1:]\nsys.exit(0 if is_signed_v1a(*parts, body.encode(), key) else 1)';
    for (const message of MESSAGES.filter(({ kind }) => kind === 'v1a')) {
      const status = statusOf(program, [`${lines}\n${judge}`, ...argumentsOf(message)]);
      expect({ name: message.name, ...status }).toEqual({
        name: message.name,
        status: message.isGenuine ? 0 : 1,
      });
    }
  });
});
