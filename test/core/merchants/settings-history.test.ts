import { describe, expect, it } from 'vitest';
import { expectedEndpoints } from '../../../lib/core/deliver/expected-endpoints.ts';
import type { SettingsSpan } from '../../../lib/core/merchants/merchant-config.ts';
import {
  changedHistory,
  newHistory,
  PAST_MS,
  redated,
  type Wanted,
} from '../../../lib/core/merchants/settings-history.ts';
import { CLOCKS_DIFFER_MS } from '../../../lib/core/runtime/environment.ts';
import { isoTime, msOf, SECOND_MS } from '../../../lib/core/time.ts';
import { Dice } from '../../simulation/storm/dice.ts';

const START_MS = Date.parse('2026-11-20T08:00:00.000Z');
const at = (seconds: number) => isoTime(START_MS + seconds * SECOND_MS);
const on = (...types: string[]): Wanted => ({ enabled: true, types });
const off = (...types: string[]): Wanted => ({ enabled: false, types });
const from = (seconds: number, wanted: Wanted): SettingsSpan => ({ from: at(seconds), ...wanted });
const times = (seconds: number) => ({ now: at(seconds), ahead: at(seconds + 5) });
const change = (history: readonly SettingsSpan[], wanted: Wanted, seconds: number) =>
  changedHistory(history, wanted, times(seconds));

describe('a change of what an endpoint wants', () => {
  const all = [from(0, on('*'))];
  const payments = [from(0, on('payment.*'))];

  it('begins ahead where it adds, and now where it takes away', () => {
    expect(newHistory(on('*'), times(0))).toEqual([from(5, on('*'))]);
    expect(newHistory(off('*'), times(0))).toEqual([from(0, off('*'))]);
    expect(change(payments, on('*'), 60)).toEqual([...payments, from(65, on('*'))]);
    expect(change([from(0, off('*'))], on('*'), 60)).toEqual([from(0, off('*')), from(65, on('*'))]);
    expect(change(all, on('payment.*'), 60)).toEqual([...all, from(60, on('payment.*'))]);
    expect(change(all, off('*'), 60)).toEqual([...all, from(60, off('*'))]);
  });

  it('that swaps types takes away now what goes, and adds ahead what comes', () => {
    const both = [from(0, on('payment.*', 'order.closed'))];
    expect(change(both, on('payment.failed', 'refund.*'), 60)).toEqual([
      ...both,
      from(60, on('payment.failed')),
      from(65, on('payment.failed', 'refund.*')),
    ]);
    expect(change(payments, on('refund.*'), 60)).toEqual([
      ...payments,
      from(60, on()),
      from(65, on('refund.*')),
    ]);
  });

  it('that changes nothing leaves the history as it is', () => {
    expect(change(all, on('*'), 60)).toBe(all);
    const pending = [from(0, off('*')), from(65, on('*'))];
    expect(change(pending, on('*'), 62)).toBe(pending);
  });

  it('that disables cancels what is not yet in force', () => {
    const pending = change(payments, on('*'), 60);
    expect(change(pending, off('*'), 62)).toEqual([...payments, from(62, off('*'))]);
    expect(change([from(65, on('*'))], off('*'), 62)).toEqual([from(65, off('*'))]);
  });

  it('takes its part of what is not yet in force', () => {
    const pending = change(payments, on('payment.*', 'refund.*', 'order.*'), 60);
    expect(change(pending, on('payment.*', 'refund.*'), 62)).toEqual([
      ...payments,
      from(65, on('payment.*', 'refund.*')),
    ]);
  });

  it('follows another that is not yet in force, also one dated by a clock that is ahead', () => {
    const pending = change(payments, on('payment.*', 'refund.*'), 60);
    expect(change(pending, on('*'), 62)).toEqual([...pending, from(67, on('*'))]);
    const dated = change(change(payments, on('payment.*', 'refund.*'), 64), on('*'), 60);
    const last = { ...from(69, on('*')), from: isoTime(START_MS + 69_001) };
    expect(dated).toEqual([...payments, from(69, on('payment.*', 'refund.*')), last]);
  });

  it('keeps two days of the past, and the span in which they began', () => {
    const days = PAST_MS / SECOND_MS;
    const past = [from(0, on('*')), from(10, off('*')), from(20, on('*'))];
    expect(change(past, off('*'), days + 15).map(({ from: begun }) => begun)).toEqual([
      at(10),
      at(20),
      at(days + 15),
    ]);
  });

  it('expects nothing that was just taken away, and nothing that is not yet in force, in any order of changes', () => {
    const choices = [off('*'), on('*'), on('payment.*'), on('payment.failed', 'refund.*'), on('refund.*')];
    const kinds = ['payment', 'refund'].flatMap((transactionType) =>
      ['SUCCEEDED', 'FAILED'].map((status) => ({ transactionType, status })),
    );
    const wants = (history: readonly SettingsSpan[], kind: object, listedAt: string) => {
      const endpoints = [{ endpointId: 'ep', history }] as never;
      return expectedEndpoints({ ...kind, listedAt } as never, { endpoints }, undefined).length === 1;
    };
    for (let seed = 1; seed <= 300; seed += 1) {
      const dice = new Dice(seed);
      let ms = START_MS;
      let history: readonly SettingsSpan[] = newHistory(dice.pick(choices), {
        now: isoTime(ms),
        ahead: isoTime(ms + 5_000),
      });
      for (let n = 0; n < 12; n += 1) {
        ms += dice.between(0, 8_000);
        const wanted = dice.pick(choices);
        const nowMs = ms + dice.between(-CLOCKS_DIFFER_MS / 2, CLOCKS_DIFFER_MS / 2);
        const aheadMs = nowMs + 5_000;
        const before = history;
        history = changedHistory(before, wanted, { now: isoTime(nowMs), ahead: isoTime(aheadMs) });
        const froms = history.map(({ from: begun }) => begun);
        expect(froms).toEqual([...new Set(froms)].sort());
        expect(history.at(-1)).toMatchObject(wanted);
        const wrong: string[] = [];
        // Nothing changes between two boundaries, so each is tested at its millisecond and at both neighbours.
        const boundaries = [nowMs, aheadMs, ...[...before, ...history].map(({ from: begun }) => msOf(begun))]
          .filter((boundaryMs) => boundaryMs > nowMs - 6_000 && boundaryMs < aheadMs + 12_000)
          .flatMap((boundaryMs) => [boundaryMs - 1, boundaryMs, boundaryMs + 1]);
        for (const testMs of new Set([nowMs - 6_000, ...boundaries, aheadMs + 12_000])) {
          const listedAt = isoTime(testMs);
          const isInForce = listedAt >= (history.at(-1)?.from ?? '');
          for (const kind of kinds) {
            const [was, is] = [wants(before, kind, listedAt), wants(history, kind, listedAt)];
            const expected = () => {
              if (testMs < nowMs || (history === before && was)) return was;
              if (!wants([{ from: '', ...wanted }], kind, listedAt)) return false;
              if (was) return true;
              if (testMs < aheadMs) return false;
              return isInForce ? true : is;
            };
            // One assertion for each change: half a million of them took longer than what they assert.
            if (is !== expected()) wrong.push(`${JSON.stringify(kind)} at ${listedAt}: ${is}`);
          }
        }
        expect(wrong).toEqual([]);
      }
    }
  });
});

describe('a span that is dated anew', () => {
  it('begins later, and what was before it lasts until then', () => {
    const history = [from(0, off('*')), from(65, on('*'))];
    expect(redated(history, new Set([at(65)]), at(70))).toEqual([from(0, off('*')), from(70, on('*'))]);
    expect(redated([from(65, on('*'))], new Set([at(65)]), at(70))).toEqual([from(70, on('*'))]);
  });

  it('goes where another change was made on top of it, and leaves those of others alone', () => {
    const history = [from(0, off('*')), from(65, on('refund.*')), from(68, on('*'))];
    expect(redated(history, new Set([at(65)]), at(70))).toEqual([from(0, off('*')), from(68, on('*'))]);
    expect(redated(history, new Set([at(66)]), at(70))).toBe(history);
  });
});
