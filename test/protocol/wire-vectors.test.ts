import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { callbackBody } from '../../lib/core/deliver/attempt/callback.ts';
import type { TerminalOutcome } from '../../lib/core/model.ts';
import { callbackBodyOf, callbackHeaders } from '../../lib/protocol/callback-form.ts';
import { eventTypeOf, webhookIdOf } from '../../lib/protocol/event-names.ts';
import { type Signer, signedHeaders } from '../../lib/protocol/signing/signed-headers.ts';
import { answerKey, publicKeyText, secretBytes } from '../../lib/protocol/signing/webhook-keys.ts';
import { feedShardOf, outcomeItem, type StampedItem } from '../../lib/protocol/table/outcome-layout.ts';
import { canonicalRequest, verifyAnswer } from '../../lib/receiver/verifying/answer.ts';
import { verify } from '../../lib/receiver/verifying/verify.ts';
import { createWorld } from '../support/world.ts';

interface Signed {
  readonly name: string;
  /** Seconds since 1970. */
  readonly now: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Vectors {
  readonly keys: Readonly<
    Record<'endpointSecret' | 'merchantSecret' | 'answerKey' | 'privateKey' | 'publicKey', string>
  >;
  readonly callbacks: readonly {
    readonly data: TerminalOutcome;
    readonly webhookId: string;
    readonly type: string;
    readonly trace: string;
    readonly body: string;
  }[];
  readonly verifications: readonly (Signed & {
    readonly accepted: boolean;
    readonly keys: readonly string[];
  })[];
  readonly questions: readonly {
    readonly method: string;
    readonly path: string;
    readonly parameters: Readonly<Record<string, string>>;
    readonly request: string;
  }[];
  readonly answers: readonly (Signed & { readonly believed: boolean; readonly request: string })[];
  readonly outbox: readonly {
    readonly outcome: StampedItem;
    readonly feedShards: number;
    readonly retentionDays: number;
    readonly commitId: string;
    readonly item: object;
  }[];
}

/** Computed by `test/vectors/wire.py` from `docs/wire-format.md`; it knows nothing of this code. */
const vectors: Vectors = JSON.parse(readFileSync(new URL('../vectors/wire.json', import.meta.url), 'utf8'));
const { keys } = vectors;

function isTrusted(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

describe('the wire format, as another program computes it', () => {
  it.each(vectors.callbacks)('has the callback of $data.transactionId', ({ data, ...expected }) => {
    expect(webhookIdOf(data)).toBe(expected.webhookId);
    expect(eventTypeOf(data)).toBe(expected.type);
    expect(callbackBody(data)).toBe(expected.body);
    expect(callbackBodyOf({ ...data })).toBe(expected.body);
    const sending = { id: expected.webhookId, timestamp: 0, body: '', attempt: 1, span: '00f067aa0ba902b7' };
    expect(callbackHeaders(sending, []).traceparent).toBe(`00-${expected.trace}-${sending.span}-01`);
  });

  it.each([
    ['v1', 'v1'],
    ['v1a', 'v1a'],
  ] as const)('has the signature %s', (name, scheme) => {
    const { headers, body } = vectors.verifications.find((one) => one.name === name) as Signed;
    const key = scheme === 'v1' ? secretBytes(keys.endpointSecret) : Buffer.from(keys.privateKey, 'hex');
    const signer: Signer = { scheme, key: key as Uint8Array };
    const content = {
      id: headers['webhook-id'] ?? '',
      timestamp: Number(headers['webhook-timestamp']),
      body,
    };
    expect(signedHeaders(content, [signer])).toEqual(headers);
  });

  it('has the public key and the key of answers', () => {
    expect(publicKeyText(Buffer.from(keys.privateKey, 'hex'))).toBe(keys.publicKey);
    const secret = secretBytes(keys.merchantSecret) as Uint8Array;
    expect(Buffer.from(answerKey(secret)).toString('hex')).toBe(keys.answerKey);
  });

  it.each(vectors.verifications)('is accepted or refused: $name', (request) => {
    const options = { secrets: request.keys, now: () => request.now * 1_000 };
    expect(isTrusted(() => verify(request, options))).toBe(request.accepted);
  });

  it.each(vectors.questions)('writes $request', ({ method, path, parameters, request }) => {
    expect(canonicalRequest(method, path, parameters)).toBe(request);
  });

  it.each(vectors.questions)('is repeated by the service: $request', async ({ method, request }) => {
    const world = createWorld();
    const merchant = await world.merchant('demo');
    const { json } = await world.call(
      merchant.receiver,
      request,
      method === 'POST' ? { version: 1 } : undefined,
    );
    expect(json.request).toBe(request);
  });

  it.each(vectors.answers)('is believed or not: $name', (answer) => {
    const options = {
      merchantSecrets: keys.merchantSecret,
      merchantId: 'demo',
      now: () => answer.now * 1_000,
    };
    expect(isTrusted(() => verifyAnswer(answer, answer.request, options))).toBe(answer.believed);
  });

  it.each(vectors.outbox)(
    'has the item of $outcome.transactionId',
    ({ outcome, commitId, item, ...options }) => {
      const feedShard = feedShardOf(outcome.transactionId, options.feedShards);
      expect({ ...outcomeItem(outcome, { feedShard, ...options }), commitId }).toEqual(item);
    },
  );
});

describe('the page about the wire format', () => {
  const page = readFileSync(new URL('../../docs/wire-format.md', import.meta.url), 'utf8');

  it('shows the callback of the vectors', () => {
    const [, request = ''] = /^```http\n(.*?)^```$/ms.exec(page) ?? [];
    const [head = '', body] = request.trimEnd().split('\n\n');
    const headers = head
      .split('\n')
      .slice(1)
      .map((line) => line.split(': ') as [string, string]);
    const signed = vectors.verifications[0];
    expect(body).toBe(signed?.body);
    expect(Object.fromEntries(headers)).toMatchObject({
      ...signed?.headers,
      traceparent: expect.stringContaining(`00-${vectors.callbacks[0]?.trace}-`),
      'content-length': String(Buffer.byteLength(body ?? '')),
    });
  });

  it('has the lines of Node that verify v1a', async () => {
    const [, text = ''] = /^```js\n(.*?)^```$/ms.exec(page) ?? [];
    const { isSignedV1a } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
    const requests = vectors.verifications.filter((one) => one.keys[0]?.startsWith('whpk_'));
    for (const {
      name,
      headers,
      body,
      keys: [publicKey],
      accepted,
    } of requests) {
      const found = isSignedV1a(
        {
          id: headers['webhook-id'],
          timestamp: headers['webhook-timestamp'],
          signature: headers['webhook-signature'],
          body: Buffer.from(body),
        },
        publicKey,
      );
      expect({ name, accepted: found }).toEqual({ name, accepted });
    }
    expect(requests.length).toBeGreaterThan(5);
  });
});
