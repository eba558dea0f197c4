import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messageFor, type NotificationMessage } from '../../../lib/core/deliver/state/notification.ts';
import type { LanesUnderTest } from '../support/lane-queues.ts';
import { notification, OTHER, SHOP } from '../support/samples.ts';

const MAX_QUEUE_DELAY_SECONDS = 900;

const messages = (count: number): NotificationMessage[] =>
  Array.from({ length: count }, (_, index) => messageFor(notification({ transactionId: `pay_${index}` })));
const one = messageFor(notification());

export function describeDispatcher(
  name: string,
  open: (scheduleGroup?: string) => Promise<LanesUnderTest>,
): void {
  describe(`Dispatcher on ${name}`, () => {
    let lanes: LanesUnderTest;
    beforeEach(async () => {
      lanes = await open();
    });
    afterEach(() => lanes.close());
    const sent = (queue: 'first' | 'retry') =>
      lanes.in(queue).map(({ body }) => JSON.parse(body) as NotificationMessage);
    const sendIn = (seconds: number) => lanes.dispatcher.sendAt(one, lanes.time.nowMs + seconds * 1000);

    describe('sending now', () => {
      it.each(['first', 'retry'] as const)('puts every message into the %s lane once, now', async (lane) => {
        const all = messages(95);
        await lanes.dispatcher.sendNow(lane, all);
        expect(sent(lane)).toHaveLength(95);
        expect(sent(lane)).toEqual(expect.arrayContaining(all));
        expect(lanes.in(lane).every(({ delaySeconds }) => delaySeconds === 0)).toBe(true);
        expect(sent(lane === 'first' ? 'retry' : 'first')).toEqual([]);
      });

      it.each([
        [0, []],
        [1, [1]],
        [10, [10]],
        [11, [10, 1]],
        [45, [10, 10, 10, 10, 5]],
      ])('sends %i in batches of at most ten', async (count, batches) => {
        await lanes.dispatcher.sendNow('first', messages(count));
        expect(lanes.batches.toSorted((left, right) => right - left)).toEqual(batches);
      });

      it('names the merchant as the group of each message', async () => {
        const mixed = [one, messageFor(notification({ merchantId: OTHER }))];
        await lanes.dispatcher.sendNow('first', mixed);
        expect(lanes.in('first').map(({ groupId }) => groupId)).toEqual([SHOP, OTHER]);
      });

      it('sends again what a batch refused, and only that', async () => {
        let refusals = 2;
        lanes.refuses = (body) => body.includes('"pay_3"') && refusals-- > 0;
        await lanes.dispatcher.sendNow('first', messages(10));
        expect(lanes.batches).toEqual([10, 1, 1]);
        expect(sent('first').map(({ transactionId }) => transactionId)).toEqual([
          'pay_0',
          'pay_1',
          'pay_2',
          'pay_4',
          'pay_5',
          'pay_6',
          'pay_7',
          'pay_8',
          'pay_9',
          'pay_3',
        ]);
        expect(lanes.slept).toHaveLength(2);
      });

      it('says so where one is refused again and again, and repeats no other', async () => {
        lanes.refuses = (body) => body.includes('"pay_3"');
        await expect(lanes.dispatcher.sendNow('first', messages(10))).rejects.toMatchObject({
          code: 'unavailable',
          retryable: true,
        });
        expect(sent('first')).toHaveLength(9);
      });

      it('fails with a retryable fault while the queue is away', async () => {
        await lanes.breakDown();
        await expect(lanes.dispatcher.sendNow('first', messages(3))).rejects.toMatchObject({
          code: 'unavailable',
          retryable: true,
        });
        await expect(sendIn(15)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
      });
    });

    describe('sending later', () => {
      it.each([
        [-60, 0],
        [0, 0],
        [0.001, 1],
        [15, 15],
        [899.001, 900],
        [900, 900],
      ])(
        'gives what is due in %d s to the retry lane with a delay of %d s',
        async (seconds, delaySeconds) => {
          await sendIn(seconds);
          expect(lanes.in('retry')).toEqual([
            { body: JSON.stringify(one), groupId: SHOP, delaySeconds, reason: undefined },
          ]);
          expect(lanes.scheduled).toEqual([]);
        },
      );

      it.each([900.001, 901, 3_600, 86_400 * 1.1])(
        'gives what is due in %d s to Scheduler, and nothing to the queue',
        async (seconds) => {
          await sendIn(seconds);
          expect(lanes.in('retry')).toEqual([]);
          expect(lanes.refused).toEqual([]);
          const [schedule] = lanes.scheduled;
          const at = /^at\((.+)\)$/.exec(schedule?.ScheduleExpression ?? '')?.[1];
          const lateMs = Date.parse(`${at}Z`) - (lanes.time.nowMs + seconds * 1000);
          expect(lateMs).toBeGreaterThanOrEqual(0);
          expect(lateMs).toBeLessThan(1_000);
          expect(schedule).toMatchObject({
            GroupName: 'tidings',
            ScheduleExpressionTimezone: 'UTC',
            ActionAfterCompletion: 'DELETE',
            Target: { Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage' },
          });
          const input = JSON.parse(schedule?.Target?.Input ?? '{}') as Record<string, string>;
          expect(input).toMatchObject({ MessageBody: JSON.stringify(one), MessageGroupId: SHOP });
          expect(input.DelaySeconds).toBeUndefined();
          expect(input.QueueUrl).toMatch(/\/retry$/);
        },
      );

      it('asks the queue for no more than it takes, and for nothing before its time', async () => {
        await fc.assert(
          fc.asyncProperty(fc.integer({ min: -5_000, max: 1_200_000 }), async (inMs) => {
            const [queued, scheduled] = [lanes.in('retry').length, lanes.scheduled.length];
            await sendIn(inMs / 1000);
            const delays = lanes
              .in('retry')
              .slice(queued)
              .map(({ delaySeconds }) => delaySeconds);
            for (const delaySeconds of delays) {
              expect(delaySeconds).toBeLessThanOrEqual(MAX_QUEUE_DELAY_SECONDS);
              expect(delaySeconds * 1000).toBeGreaterThanOrEqual(inMs);
            }
            const isQueued = inMs <= MAX_QUEUE_DELAY_SECONDS * 1000;
            expect([delays.length, lanes.scheduled.length - scheduled]).toEqual(isQueued ? [1, 0] : [0, 1]);
          }),
          { numRuns: 60 },
        );
        expect(lanes.refused).toEqual([]);
      });

      it('takes a schedule that is there already as done, and makes no second', async () => {
        await sendIn(3_600);
        await sendIn(3_600);
        await sendIn(3_700);
        expect(new Set(lanes.scheduled.map(({ Name }) => Name)).size).toBe(1);
        expect(lanes.refused).toEqual([]);
      });

      it('names schedules by what they are for: another rev, endpoint or merchant is another', async () => {
        for (const changes of [
          {},
          { rev: 2 },
          { version: 2 },
          { endpointId: 'ep_2' },
          { transactionId: 'pay_2' },
          { merchantId: OTHER },
        ]) {
          const message = messageFor(notification(changes));
          await lanes.dispatcher.sendAt(message, lanes.time.nowMs + 3_600_000);
        }
        const names = lanes.scheduled.map(({ Name }) => Name ?? '');
        expect(new Set(names).size).toBe(6);
        for (const name of names) expect(name).toMatch(/^[0-9a-zA-Z-_.]{1,64}$/);
      });

      it('reports that Scheduler refused, and goes on: the sweep sends it', async () => {
        const elsewhere = await open('no-such-group');
        try {
          await elsewhere.dispatcher.sendAt(one, elsewhere.time.nowMs + 3_600_000);
          expect(elsewhere.refused).toHaveLength(1);
          expect(elsewhere.in('retry')).toEqual([]);
        } finally {
          await elsewhere.close();
        }
      });

      it('reports that Scheduler is away, and goes on: the sweep sends it', async () => {
        await lanes.breakDown();
        await sendIn(3_600);
        expect(lanes.refused).toHaveLength(1);
      });
    });

    describe('sending many later', () => {
      const due = (count: number, seconds: (index: number) => number) =>
        messages(count).map((message, index) => ({
          message,
          atMs: lanes.time.nowMs + seconds(index) * 1000,
        }));
      const check = { merchantId: SHOP, transactionId: one.transactionId, rev: 0 };

      it.each([
        [0, []],
        [1, [1]],
        [45, [10, 10, 10, 10, 5]],
      ])('sends %i in batches of at most ten, each with a delay of its own', async (count, batches) => {
        await lanes.dispatcher.sendAllAt(due(count, (index) => index));
        expect(lanes.batches.toSorted((left, right) => right - left)).toEqual(batches);
        const delays = lanes.in('retry').map(({ delaySeconds }) => delaySeconds);
        expect(delays.toSorted((left, right) => left - right)).toEqual(
          Array.from({ length: count }, (_, n) => n),
        );
      });

      it('gives each to the lane of its kind, and to Scheduler what the queue cannot wait for', async () => {
        const [queued, late] = due(2, (index) => (index === 0 ? 900 : 901));
        if (queued === undefined || late === undefined) throw new Error('two were made');
        await lanes.dispatcher.sendAllAt([queued, { message: check, atMs: lanes.time.nowMs + 60_000 }, late]);
        expect(sent('retry')).toEqual([queued.message]);
        expect(lanes.in('check')).toMatchObject([
          { body: JSON.stringify(check), groupId: SHOP, delaySeconds: 60 },
        ]);
        expect(lanes.scheduled).toHaveLength(1);
      });

      it('sends again what a batch refused, with its delay, and says so where it is refused for good', async () => {
        let refusals = 1;
        lanes.refuses = (body) => body.includes('"pay_3"') && refusals-- > 0;
        await lanes.dispatcher.sendAllAt(due(5, () => 30));
        expect(lanes.in('retry').map(({ delaySeconds }) => delaySeconds)).toEqual([30, 30, 30, 30, 30]);
        lanes.refuses = (body) => body.includes('"pay_3"');
        await expect(lanes.dispatcher.sendAllAt(due(5, () => 30))).rejects.toMatchObject({
          code: 'unavailable',
          retryable: true,
        });
      });
    });

    it('measures what waits in a lane, and not what is delayed', async () => {
      expect(await lanes.dispatcher.backlog('first')).toBe(0);
      await lanes.dispatcher.sendNow('first', messages(12));
      await sendIn(15);
      expect(await lanes.dispatcher.backlog('first')).toBe(12);
      expect(await lanes.dispatcher.backlog('retry')).toBe(0);
    });
  });

  describe(`DeadLetters on ${name}`, () => {
    it('keep the message as it came, with the reason', async () => {
      const lanes = await open();
      try {
        await lanes.deadLetters.add({ body: '{"not":"ours"}', reason: 'not_a_notification_message' });
        expect(lanes.in('dead')).toMatchObject([
          { body: '{"not":"ours"}', reason: 'not_a_notification_message' },
        ]);
      } finally {
        await lanes.close();
      }
    });

    it('accept a reason that quotes invalid input', async () => {
      const lanes = await open();
      try {
        const key = `\u0001\ud83d\ude00\ufffe${'x'.repeat(2_000_000)}`;
        await lanes.deadLetters.add({ body: '{}', reason: `forbidden_key /${key}` });
        const [letter] = lanes.in('dead');
        expect(letter?.reason).toMatch(/^forbidden_key \/\ufffd\u{1f600}\ufffdx+$/u);
        expect(letter?.reason?.length).toBe(300);
      } finally {
        await lanes.close();
      }
    });
  });
}
