import { describe, expect, it } from 'vitest';
import { useDemoWorld } from '../../support/demo-world.ts';
import { payment } from '../../support/world.ts';

/** Lambda takes and gives this much as JSON text, in which a body is a string. */
const LAMBDA_BYTES = 6 * 1024 * 1024;
/** What an event has besides the body: headers, path, context. */
const ENVELOPE_BYTES = 32 * 1024;

const inLambda = (body: string) => Buffer.byteLength(JSON.stringify(body)) + ENVELOPE_BYTES;

describe('a batch', () => {
  const setup = useDemoWorld();
  const send = (transactions: readonly object[]) =>
    setup.world.call(setup.demo.initiator, 'POST /v1/merchants/demo/transactions', { transactions });

  /** As large as an outcome can be, and with as many quotation marks: each is one byte more in an event. */
  const largest = (n: number) => ({
    transactionId: `pay_${n}`.padEnd(64, '_'),
    ...payment({
      status: 'PENDING',
      transactionType: 'p'.repeat(32),
      amount: Number.MAX_SAFE_INTEGER,
      reference: '"'.repeat(64),
      relatedTransactionId: 'r'.repeat(64),
      reason: { code: 'c'.repeat(64), message: '"'.repeat(512) },
      metadata: { a: '"'.repeat(8_000) },
      notifyUrl: `https://a.example/${'n'.repeat(2_000)}`,
      checkBack: { url: `https://a.example/${'c'.repeat(2_000)}`, afterSeconds: 900, onUnknown: 'FAILED' },
    }),
  });

  it('of the largest outcomes fits into a Lambda event, and so does its answer with all of them', async () => {
    const outcomes = Array.from({ length: 100 }, (_, n) => largest(n));
    expect(inLambda(JSON.stringify({ transactions: outcomes }))).toBeLessThan(LAMBDA_BYTES);
    const { json } = await send(outcomes);
    expect(json.results.filter(({ result }: { result: string }) => result === 'created')).toHaveLength(100);
    const conflicts = await send(outcomes.map((one) => ({ ...one, amount: 0 })));
    expect(conflicts.json.results.filter(({ current }: { current?: object }) => current)).toHaveLength(100);
    expect(inLambda(conflicts.text)).toBeLessThan(LAMBDA_BYTES);
  });

  it('is answered with the ids that it has, but for those that are longer than any', async () => {
    const sent = ['a b', 'x'.repeat(64), 'x'.repeat(65), '"'.repeat(30_000)];
    const { json } = await send(sent.map((transactionId) => ({ ...payment({ amount: -1 }), transactionId })));
    const ids = json.results.map(({ transactionId }: { transactionId?: string }) => transactionId);
    expect(ids).toEqual(['a b', 'x'.repeat(64), undefined, undefined]);
  });
});
