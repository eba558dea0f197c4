import { describe, expect, it } from 'vitest';
import { processorLoad } from '../../../lib/local/functions/processor-load.ts';

describe('the load of the processor', () => {
  /** Two cores. `busy` of them are busy for `ms`. */
  function machine() {
    let [at, idleMs, totalMs] = [1_000_000, 500, 900];
    const isBusy = processorLoad(
      () => ({ idleMs, totalMs }),
      () => at,
    );
    const pass = (ms: number, busy: number) => {
      at += ms;
      totalMs += 2 * ms;
      idleMs += (2 - busy) * ms;
    };
    return { isBusy, pass };
  }

  it('is high only while all cores are busy', () => {
    const { isBusy, pass } = machine();
    expect(isBusy()).toBe(false);
    pass(100, 2);
    expect(isBusy()).toBe(true);
    pass(100, 1);
    expect(isBusy()).toBe(false);
  });

  it('is unknown, and not high, when it was not measured for long', () => {
    const { isBusy, pass } = machine();
    isBusy();
    pass(5_000, 2);
    expect(isBusy()).toBe(false);
    pass(100, 2);
    expect(isBusy()).toBe(true);
  });

  it('stays as it was for a moment', () => {
    const { isBusy, pass } = machine();
    isBusy();
    pass(100, 2);
    isBusy();
    pass(10, 0);
    expect(isBusy()).toBe(true);
  });

  it('is read from this machine', () => {
    expect(processorLoad()()).toBe(false);
  });
});
