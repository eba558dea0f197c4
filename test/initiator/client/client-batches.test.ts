import { describe, expect, it } from 'vitest';
import { type BatchItem, createInitiator, transactionId } from '../../../lib/initiator/index.ts';
import { createFakeMachine } from './fake-machine.ts';
import { type Fetch, json, KEY, payment, type Seen, SHOP, scripted, standing } from './scripted-service.ts';

describe('an initiator that records batches', () => {
  const item = (id: string, changes: Partial<BatchItem> = {}): BatchItem => {
    const { merchantId: _, ...outcome } = payment({ transactionId: transactionId(id) });
    return { ...outcome, ...changes } as BatchItem;
  };
  const transactionsOf = ({ init }: Seen) =>
    (JSON.parse(String(init.body)) as { transactions: { transactionId: string }[] }).transactions;

  /** Answers each item by what `result` says of it. */
  function answering(result: (id: string, request: number) => object) {
    let requests = 0;
    const seen: Seen[] = [];
    const { machine, slept } = createFakeMachine();
    const fetch: Fetch = async (url, init = {}) => {
      requests += 1;
      seen.push({ url: String(url), init });
      const results = transactionsOf(seen.at(-1) as Seen).map(({ transactionId }) => ({
        transactionId,
        ...result(transactionId, requests),
      }));
      return Response.json({ results });
    };
    const initiator = createInitiator({ baseUrl: 'https://api.example', key: KEY, fetch, machine });
    return { initiator, seen, slept };
  }

  it('sends a hundred at a time, in order, and gives a result for each', async () => {
    const { initiator, seen } = answering(() => ({ result: 'created' }));
    const outcomes = Array.from({ length: 250 }, (_, n) => item(`pay_${n}`));
    const results = await initiator.recordBatch({ merchantId: SHOP, outcomes });
    expect(results).toEqual(outcomes.map(() => ({ kind: 'created' })));
    expect(seen.map((request) => transactionsOf(request).length)).toEqual([100, 100, 50]);
    expect(seen.flatMap(transactionsOf)).toEqual(outcomes);
  });

  it('sends no body over a mebibyte, to the last byte', async () => {
    const { initiator, seen } = answering(() => ({ result: 'created' }));
    const outcomes = Array.from({ length: 99 }, (_, n) =>
      item(`pay_${n}`, { metadata: { note: '界'.repeat(5_000) } }),
    );
    await initiator.recordBatch({ merchantId: SHOP, outcomes });
    const sizes = seen.map(({ init }) => Buffer.byteLength(String(init.body)));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1024 * 1024);
    // Full, too: one item more would not have fitted.
    expect(sizes[0]).toBeGreaterThan(1024 * 1024 - 16_000);
    expect(seen.flatMap(transactionsOf)).toEqual(outcomes);
  });

  it('asks nothing for an empty batch', async () => {
    const { initiator, seen } = answering(() => ({}));
    expect(await initiator.recordBatch({ merchantId: SHOP, outcomes: [] })).toEqual([]);
    expect(seen).toEqual([]);
  });

  it('gives again only what could not be recorded now, and says so where it never could', async () => {
    const { initiator, seen, slept } = answering((id, request) => {
      if (id === 'pay_2') return { code: 'unavailable' };
      return id === 'pay_1' && request === 1 ? { code: 'clock_skew' } : { result: 'created' };
    });
    const outcomes = ['pay_0', 'pay_1', 'pay_2'].map((id) => item(id));
    expect(await initiator.recordBatch({ merchantId: SHOP, outcomes })).toEqual([
      { kind: 'created' },
      { kind: 'created' },
      { kind: 'failed', code: 'unavailable' },
    ]);
    expect(seen.map((request) => transactionsOf(request).length)).toEqual([3, 2, 1, 1, 1]);
    expect(slept).toHaveLength(4);
  });

  it('sends no outcome of a transaction while an earlier one of it is still to be repeated', async () => {
    const { initiator, seen } = answering((id, request) =>
      id === 'pay_0' && request === 1 ? { code: 'unavailable' } : { result: 'created' },
    );
    const others = Array.from({ length: 120 }, (_, n) => item(`pay_${n + 1}`));
    const outcomes = [item('pay_0', { status: 'PENDING' }), ...others, item('pay_0')];
    const results = await initiator.recordBatch({ merchantId: SHOP, outcomes });
    expect(results).toEqual(outcomes.map(() => ({ kind: 'created' })));
    const sent = seen.map(transactionsOf);
    expect(sent.map(({ length }) => length)).toEqual([100, 21, 2]);
    expect(sent[2]).toEqual([outcomes[0], outcomes.at(-1)]);
  });

  it('says "not now" of outcomes that it did not send, and sends no request without outcomes', async () => {
    const { initiator, seen } = answering((id) =>
      id === 'pay_0' ? { code: 'clock_skew' } : { result: 'created' },
    );
    const others = Array.from({ length: 99 }, (_, n) => item(`pay_${n + 1}`));
    const outcomes = [item('pay_0', { status: 'PENDING' }), ...others, item('pay_0')];
    const results = await initiator.recordBatch({ merchantId: SHOP, outcomes });
    expect([results[0], results.at(-1)]).toEqual([
      { kind: 'failed', code: 'clock_skew' },
      { kind: 'failed', code: 'clock_skew' },
    ]);
    expect(seen.map((request) => transactionsOf(request).length)).toEqual([100, 2, 2, 2, 2]);
  });

  it('gives conflicts and refusals as results, and sends nothing that JSON would change', async () => {
    const current = standing({ transactionId: 'pay_1' });
    const differing = [{ pointer: '/status', code: 'outcome_conflict' }];
    const errors = [{ pointer: '/currency', code: 'unknown_currency' }];
    const { initiator, seen } = answering((id) =>
      id === 'pay_1'
        ? { code: 'outcome_conflict', current, errors: differing }
        : { code: 'unknown_currency', errors },
    );
    const outcomes = [item('pay_1'), item('pay_2'), item('pay_3', { metadata: { rate: Number.NaN } })];
    expect(await initiator.recordBatch({ merchantId: SHOP, outcomes })).toEqual([
      { kind: 'outcome_conflict', current, fields: ['status'] },
      { kind: 'refused', code: 'unknown_currency', errors },
      { kind: 'refused', code: 'inexact_number', errors: [{ pointer: '/metadata', code: 'inexact_number' }] },
    ]);
    expect(seen.flatMap(transactionsOf).map(({ transactionId }) => transactionId)).toEqual([
      'pay_1',
      'pay_2',
    ]);
  });

  const made = (id: string) => ({ transactionId: id, result: 'created' });
  it.each<[string, object]>([
    ['fewer results than items', { results: [made('pay_1')] }],
    ['more results than items', { results: [made('pay_1'), made('pay_2'), made('pay_3')] }],
    ['the results in another order', { results: [made('pay_2'), made('pay_1')] }],
    ['a result without a kind', { results: [made('pay_1'), { transactionId: 'pay_2' }] }],
    ['a result that says both', { results: [made('pay_1'), { ...made('pay_2'), code: 'invalid_amount' }] }],
    [
      'a conflict without the stored outcome',
      { results: [made('pay_1'), { transactionId: 'pay_2', code: 'outcome_conflict' }] },
    ],
    ['no results', {}],
  ])('believes no answer with %s', async (_what, body) => {
    const good = { results: [made('pay_1'), made('pay_2')] };
    const outcomes = [item('pay_1'), item('pay_2')];
    const calm = scripted([json(200, body), json(200, good)]);
    expect(await calm.initiator.recordBatch({ merchantId: SHOP, outcomes })).toHaveLength(2);
    const { initiator } = scripted([json(200, body)], { maxTries: 2 });
    await expect(initiator.recordBatch({ merchantId: SHOP, outcomes })).rejects.toMatchObject({
      code: 'unexpected_answer',
      retryable: true,
    });
  });

  it('says "not now" of an item whose code it does not know', async () => {
    const { initiator } = answering(() => ({ code: 'brand_new' }));
    expect(await initiator.recordBatch({ merchantId: SHOP, outcomes: [item('pay_1')] })).toEqual([
      { kind: 'failed', code: 'brand_new' },
    ]);
  });
});
