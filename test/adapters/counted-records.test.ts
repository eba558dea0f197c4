import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { countedIn, shardOf } from '../../lib/adapters/dynamodb/counted-records.ts';
import { expectationItem } from '../../lib/adapters/dynamodb/items/expectation-items.ts';
import { notificationItem } from '../../lib/adapters/dynamodb/items/notification-items.ts';
import type { Notification } from '../../lib/core/deliver/state/notification.ts';
import * as transitions from '../../lib/core/deliver/state/transitions.ts';
import type { ServiceEvent } from '../../lib/core/events.ts';
import { at, notification, SHOP } from './support/samples.ts';

const NOW_MS = Date.parse(at(60));
const made = (result: 'delivered' | 'failed') => ({
  atMs: NOW_MS,
  durationMs: 20,
  outcome:
    result === 'delivered' ? ({ result, statusCode: 200 } as const) : ({ result, code: 'timeout' } as const),
  body: '',
});
const plan = { schedule: 'wechat', nowMs: NOW_MS, fraction: 0 } as const;

const recordOf = (item: object) => ({
  eventSourceARN: 'arn:aws:dynamodb:eu-west-1:123456789012:table/T/stream/2026',
  dynamodb: {
    SequenceNumber: '123456789012345678901',
    ApproximateCreationDateTime: NOW_MS / 1_000,
    NewImage: marshall(item) as never,
  },
});
const written = (one: Notification) => recordOf(notificationItem(one, { nowMs: NOW_MS, retentionDays: 90 }));

function read(record: object) {
  const events: ServiceEvent[] = [];
  const counted = countedIn(record, { reporter: { report: (event) => void events.push(event) } });
  const attempt = counted !== undefined && 'attempt' in counted ? counted.attempt : undefined;
  return { counted, attempt, events };
}

describe('the attempt in a record of the stream', () => {
  const before = notification({ rev: 3, attemptRev: 2 });

  it.each(['delivered', 'failed'] as const)('is the last one of a write that made it: %s', (result) => {
    const after = transitions.afterAttempt(before, made(result), plan);
    expect(read(written(after)).counted).toEqual({
      merchantId: 'shop',
      endpointId: 'ep_1',
      listedAt: at(0),
      attempt: after.attempts.at(-1),
      sequence: '0000000000000000000123456789012345678901',
      writtenMs: NOW_MS,
    });
    expect(after.attempts.at(-1)?.number).toBe(2);
  });

  it('is also one that the first lane handed over', () => {
    expect(read(written(transitions.handOver(before, made('failed'), NOW_MS))).attempt).toBeDefined();
  });

  it.each([
    ['a deferral', () => transitions.defer(before, { ...plan, untilMs: NOW_MS + 1_000 })],
    ['a block', () => transitions.block(before, 'endpoint_disabled')],
    ['an acknowledgement', () => transitions.acknowledge(before, { atMs: NOW_MS })],
    ['a redelivery', () => transitions.redeliver(before, { atMs: NOW_MS })],
    [
      'a redelivery of what was delivered',
      () => transitions.redeliver({ ...before, state: 'delivered' }, { atMs: NOW_MS }),
    ],
  ])('is none in %s, right after an attempt too', (_title, change) => {
    expect(read(written({ ...change() })).attempt).toBeUndefined();
    const attempted = transitions.afterAttempt(before, made('failed'), plan);
    const next = { ...change(), rev: attempted.rev + 1, attemptRev: attempted.rev };
    expect(read(written(next)).attempt).toBeUndefined();
  });

  it('is none in a row of a version that did not say which write made it', () => {
    expect(read(written(notification({ rev: 1 }))).attempt).toBeUndefined();
  });

  it('is none in a row that expired', () => {
    expect(read({ dynamodb: { SequenceNumber: '1' } }).attempt).toBeUndefined();
  });

  it('is none in a row that cannot be read: it is reported, and does not block the others', () => {
    const { attempt, events } = read(recordOf({ pk: 'T#shop#pay_1', sk: 'N#0001#ep_1', attempts: 'none' }));
    expect(attempt).toBeUndefined();
    expect(events).toMatchObject([{ event: 'unreadable_row', kind: 'a notification' }]);
  });

  it.each([
    ['a notification', 'N#0001#ep_1'],
    ['an expectation', 'X#2026-11-20T08:00:00.000Z'],
  ])('is none in a record of %s with a value that no table has, which is reported once', (kind, sk) => {
    const { dynamodb } = recordOf({ pk: 'T#shop#pay_1', sk });
    const NewImage = { ...(dynamodb.NewImage as object), attempts: { Q: 'odd' } };
    const { counted, events } = read({ dynamodb: { ...dynamodb, NewImage } });
    expect(counted).toBeUndefined();
    expect(events).toEqual([
      { event: 'unreadable_row', kind, row: `T#shop#pay_1 ${sk}`, reason: expect.stringContaining('Q') },
    ]);
  });
});

describe('the change of state in a record of the stream', () => {
  const moveIn = (one: Partial<Notification>) => {
    const { counted } = read(written(notification({ rev: 2, state: 'retrying', ...one })));
    return counted;
  };

  it('is that of a write that changed it, with when it was written', () => {
    expect(moveIn({ state: 'blocked', stateBefore: 'retrying' })).toEqual({
      merchantId: 'shop',
      endpointId: 'ep_1',
      listedAt: at(0),
      move: { from: 'retrying', to: 'blocked' },
      sequence: '0000000000000000000123456789012345678901',
      writtenMs: NOW_MS,
    });
  });

  it('comes with the attempt that made it', () => {
    const { attempts } = notification();
    expect(moveIn({ state: 'delivered', stateBefore: 'none', attemptRev: 2, attempts })).toMatchObject({
      attempt: attempts.at(-1),
      move: { from: 'none', to: 'delivered' },
    });
  });

  it('is a loss if the audit made the row', () => {
    const restored = { rev: 0, state: 'pending', stateBefore: 'none', attempts: [] } as const;
    expect(moveIn({ ...restored, attempts: [] })).toMatchObject({ isLost: true });
    expect(moveIn({ state: 'retrying', stateBefore: 'none' })).not.toHaveProperty('isLost');
  });

  it.each([
    ['a write that kept the state, such as a lease', { stateBefore: 'retrying' }],
    ['a row of an older version', {}],
    ['what the endpoint did not expect', { stateBefore: 'none', isUnexpected: true }],
  ] as const)('is none in %s', (_, one) => {
    expect(moveIn(one)).toBeUndefined();
  });

  it('of what the audit expects is the difference from before', () => {
    const item = expectationItem({ merchantId: SHOP, start: at(0), expected: 5, expectedBefore: 3 });
    expect(read(recordOf(item)).counted).toEqual({
      start: at(0),
      change: 2,
      sequence: '0000000000000000000123456789012345678901',
      writtenMs: NOW_MS,
    });
  });
});

describe('the name of a shard', () => {
  const batch = { Records: [written(notification())], shardId: 'shardId-00000001' };

  it('is the same for each batch of it', () => {
    expect(shardOf(batch)).toBe(shardOf({ ...batch, Records: [...batch.Records, ...batch.Records] }));
    expect(shardOf(batch)).toMatch(/^[0-9a-f]{12}$/);
  });

  it('differs from that of another shard, and of the same shard of another stream', () => {
    const [record] = batch.Records;
    const others = [
      { ...batch, shardId: 'shardId-00000002' },
      { Records: batch.Records },
      { ...batch, Records: [{ ...record, eventSourceARN: 'arn:another' }] },
    ];
    expect(new Set([batch, ...others].map(shardOf)).size).toBe(4);
  });
});
