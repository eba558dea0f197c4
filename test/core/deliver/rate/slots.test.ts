import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Asker,
  freeSlots,
  giveLeave,
  MAX_AHEAD_MS,
  NO_SLOTS,
  type Slots,
} from '../../../../lib/core/deliver/rate/slots.ts';

const T = 1_795_000_000_000;

/** A row that asks at times of the test's choice. */
function limited(ratePerSecond: number) {
  let slots: Slots = NO_SLOTS;
  return {
    rate: ratePerSecond,
    ask(nowMs: number, asker: Asker = 'new') {
      const { next, leaves } = giveLeave(slots, [asker], { ratePerSecond: this.rate, nowMs });
      slots = next;
      return leaves[0];
    },
    askAll(nowMs: number, askers: readonly Asker[]) {
      const { next, leaves } = giveLeave(slots, askers, { ratePerSecond: this.rate, nowMs });
      slots = next;
      return leaves;
    },
    free: (nowMs: number) => freeSlots(slots, { ratePerSecond, nowMs }),
  };
}

describe('the slots of a rate', () => {
  it("let a second's worth go at once, and spread the others", () => {
    const leaves = limited(4).askAll(T, Array<Asker>(8).fill('new'));
    expect(leaves.slice(0, 4)).toEqual(Array(4).fill({ kind: 'go' }));
    expect(leaves.slice(4)).toEqual(
      [1_000, 1_250, 1_500, 1_750].map((afterMs) => ({ kind: 'wait', untilMs: T + afterMs })),
    );
  });

  it('of less than one a second let one go, and the next one when its time has come', () => {
    const row = limited(0.1);
    expect(row.ask(T)).toEqual({ kind: 'go' });
    expect(row.ask(T)).toEqual({ kind: 'wait', untilMs: T + 10_000 });
    expect(row.ask(T + 10_000, 'returning')).toEqual({ kind: 'go' });
    expect(row.ask(T + 10_000)).toEqual({ kind: 'wait', untilMs: T + 20_000 });
  });

  it('are not taken by a new request while others wait for theirs', () => {
    const row = limited(1);
    row.askAll(T, ['new', 'new', 'new']);
    expect(row.ask(T + 2_500)).toMatchObject({ kind: 'wait' });
    expect(row.ask(T + 2_500, 'returning')).toEqual({ kind: 'go' });
  });

  it('are given to those that return before new ones of the same batch', () => {
    const row = limited(1);
    expect(row.askAll(T, ['new', 'returning']).map((leave) => leave?.kind)).toEqual(['wait', 'go']);
  });

  it('reach 15 minutes ahead; beyond, nothing is reserved', () => {
    const row = limited(2);
    const kinds = row.askAll(T, Array<Asker>(3_000).fill('new')).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'go')).toHaveLength(2);
    expect(kinds.filter((kind) => kind === 'wait')).toHaveLength(2 * 899 + 1);
    expect(kinds.slice(-1)).toEqual(['full']);
    expect(row.free(T)).toBe(0);
    expect(row.free(T + 60_000)).toBe(119);
    // Nobody came back for any of them: all is over after as long as they reached.
    expect(row.ask(T + MAX_AHEAD_MS + 1_000)).toEqual({ kind: 'go' });
  });

  it('follow a changed rate at once: what returns at the old pace does not exceed the new one', () => {
    const row = limited(100);
    const slots = row.askAll(T, Array<Asker>(1_000).fill('new'));
    row.rate = 1;
    const gone = slots.filter(
      (leave) => leave.kind === 'wait' && row.ask(leave.untilMs, 'returning')?.kind === 'go',
    );
    expect(gone.length).toBeLessThanOrEqual(11);
    row.rate = 1_000;
    expect(row.ask(T + 10_000, 'returning')).toEqual({ kind: 'go' });
  });

  it('are not kept for ever by a clock that was far ahead', () => {
    const row = limited(1);
    row.ask(T + 86_400_000);
    row.ask(T + 86_400_000);
    row.ask(T);
    expect(row.ask(T + MAX_AHEAD_MS + 2_000)).toEqual({ kind: 'go' });
  });

  it('never let more go within any time than the rate allows, and let somebody go whenever they can', () => {
    const arrivals = fc.array(
      fc.record({ afterMs: fc.nat({ max: 3_000 }), count: fc.integer({ min: 1, max: 12 }) }),
      { minLength: 1, maxLength: 60 },
    );
    const rates = fc.constantFrom(0.2, 1, 3, 7.5, 50);
    fc.assert(
      fc.property(
        arrivals,
        rates,
        fc.array(fc.nat({ max: 20_000 }), { minLength: 1 }),
        (plan, rate, late) => {
          const row = limited(rate);
          const due: { atMs: number; asker: Asker }[] = [];
          let atMs = T;
          for (const { afterMs, count } of plan) {
            atMs += afterMs;
            for (let n = 0; n < count; n += 1) due.push({ atMs, asker: 'new' });
          }
          const sent: number[] = [];
          let turns = 0;
          while (due.length > 0 && turns < 20_000) {
            due.sort((a, b) => a.atMs - b.atMs);
            const [one] = due.splice(0, 1);
            if (one === undefined) break;
            turns += 1;
            const leave = row.ask(one.atMs, one.asker);
            if (leave?.kind === 'go') sent.push(one.atMs);
            // Queues deliver late: each comes back some seconds after its slot.
            else if (leave?.kind === 'wait') {
              due.push({ atMs: leave.untilMs + (late[turns % late.length] ?? 0), asker: 'returning' });
            }
          }
          expect(due).toEqual([]);
          for (const [place, fromMs] of sent.entries()) {
            for (const windowMs of [0, 1_000, 10_000]) {
              const within = sent.slice(place).filter((ms) => ms <= fromMs + windowMs).length;
              expect(within).toBeLessThanOrEqual(
                Math.floor(rate * (windowMs / 1_000) + Math.max(rate, 1) + 1e-6),
              );
            }
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
