import { describe, expect, it } from 'vitest';
import {
  feedOrder,
  feedShardOf,
  fieldsOfItem,
  outcomeItem,
  ttlAfter,
} from '../../../lib/protocol/table/outcome-layout.ts';

const ended = {
  merchantId: 'demo',
  transactionId: 'pay_1',
  version: 1 as const,
  status: 'SUCCEEDED',
  reference: 'ORDER-1',
  metadata: { b: 1, a: 2 },
  recordedAt: '2026-11-20T08:00:00.000Z',
  listedAt: '2026-11-20T08:00:00.000Z',
};
const { listedAt: _, ...pending } = ended;
const options = { feedShard: 3, retentionDays: 90 };

describe('an outcome as an item', () => {
  it('has the keys of its transaction, of its feed and of its reference, and expires after the retention', () => {
    expect(outcomeItem(ended, options)).toEqual({
      pk: 'T#demo#pay_1',
      sk: 'V#0001',
      merchantId: 'demo',
      transactionId: 'pay_1',
      version: 1,
      status: 'SUCCEEDED',
      reference: 'ORDER-1',
      metadata: '{"b":1,"a":2}',
      recordedAt: '2026-11-20T08:00:00.000Z',
      listedAt: '2026-11-20T08:00:00.000Z',
      feedPk: 'F#demo#3',
      feedSk: '2026-11-20T08:00:00.000Z#pay_1#1',
      ttl: 1_803_801_600,
      referencePk: 'R#demo#ORDER-1',
      referenceSk: 'pay_1',
    });
  });

  it('is in no feed, and does not expire, while it is PENDING', () => {
    const item = outcomeItem(pending, options);
    expect(Object.keys(item).filter((name) => ['feedPk', 'feedSk', 'ttl'].includes(name))).toEqual([]);
    expect(item).toMatchObject({ referencePk: 'R#demo#ORDER-1' });
  });

  it('is found by its reference once, by its first version', () => {
    expect(outcomeItem({ ...ended, version: 2 }, options)).not.toHaveProperty('referencePk');
  });

  it('is read back as it was', () => {
    expect(fieldsOfItem(outcomeItem(ended, options))).toMatchObject(ended);
    expect(() => fieldsOfItem({ metadata: '{' })).toThrow(SyntaxError);
  });
});

describe('the shard of a transaction', () => {
  it('is the one that another language computes: the first two bytes of SHA-256 of its id', () => {
    expect(['pay_1', 'pay_2', 'pay_3'].map((id) => feedShardOf(id, 8))).toEqual([0, 1, 1]);
  });
});

describe('the order of the feed', () => {
  it('is that of listing, then that of ids, then that of versions', () => {
    const places = [
      { listedAt: '2026-11-20T08:00:00.000Z', transactionId: 'a', version: 1 },
      { listedAt: '2026-11-20T08:00:00.000Z', transactionId: 'a', version: 2 },
      { listedAt: '2026-11-20T08:00:00.000Z', transactionId: 'a-', version: 1 },
      { listedAt: '2026-11-20T08:00:00.000Z', transactionId: 'b', version: 1 },
      { listedAt: '2026-11-20T08:00:00.001Z', transactionId: 'a', version: 1 },
    ].map(feedOrder);
    expect([...places].reverse().sort()).toEqual(places);
  });
});

describe('the expiry of an item', () => {
  it('is ten days after the retention', () => {
    expect(ttlAfter(Date.UTC(2026, 0, 1), 90)).toBe(Date.UTC(2026, 3, 11) / 1_000);
  });
});
