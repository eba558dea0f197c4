import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../../../lib/local/sqs/message-line.ts';
import { MessageLine } from '../../../lib/local/sqs/message-line.ts';

describe('the line of a queue', () => {
  const message = (sequence: number, groupId: string, visibleAt: number): StoredMessage => ({
    sequence,
    messageId: String(sequence),
    body: '',
    attributes: {},
    groupId,
    sentAt: 0,
    visibleAt,
    receiveCount: 0,
    firstReceivedAt: undefined,
    receipt: undefined,
    traceHeader: undefined,
    place: 'ready',
  });
  const arrivals = fc.array(fc.record({ group: fc.constantFrom('a', 'b', 'c', 'd'), at: fc.nat(50) }), {
    maxLength: 60,
  });

  it('delivers every message once, none before its time, in any order of arrival', () => {
    fc.assert(
      fc.property(arrivals, (all) => {
        const line = new MessageLine();
        for (const [index, { group, at }] of all.entries()) line.add(message(index, group, at), 0);
        const taken: number[] = [];
        for (let now = 0; now <= 50; now += 1) {
          for (let next = line.take(now); next !== undefined; next = line.take(now)) {
            expect(next.visibleAt).toBeLessThanOrEqual(now);
            taken.push(next.sequence);
          }
        }
        expect(taken.sort((left, right) => left - right)).toEqual(all.map((_, index) => index));
      }),
    );
  });

  it('never serves one group twice while another waits', () => {
    fc.assert(
      fc.property(arrivals, (all) => {
        const line = new MessageLine();
        const left = new Map<string, number>();
        for (const [index, { group }] of all.entries()) {
          line.add(message(index, group, 0), 0);
          left.set(group, (left.get(group) ?? 0) + 1);
        }
        const servedAt = new Map<string, number>();
        for (let turn = 0, next = line.take(0); next !== undefined; turn += 1, next = line.take(0)) {
          const group = next.groupId ?? '';
          const since = servedAt.get(group);
          if (since !== undefined)
            expect(turn - since).toBeGreaterThanOrEqual([...left.values()].filter((n) => n > 0).length);
          servedAt.set(group, turn);
          left.set(group, (left.get(group) ?? 0) - 1);
        }
      }),
    );
  });
});
