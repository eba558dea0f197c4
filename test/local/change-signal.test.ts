import { describe, expect, it } from 'vitest';
import { createChangeSignal } from '../../lib/local/change-signal.ts';

const FOREVER_MS = 2 ** 31 - 1;
const going = new AbortController().signal;

describe('a change signal', () => {
  it('wakes everyone who waits', async () => {
    const signal = createChangeSignal();
    const waiting = [1, 2].map(() => signal.after(signal.count, FOREVER_MS, going));
    signal.announce();
    await Promise.all(waiting);
  });

  it('does not miss a change between a look and the wait', async () => {
    const signal = createChangeSignal();
    const seen = signal.count;
    signal.announce();
    await signal.after(seen, FOREVER_MS, going);
  });

  it('waits for the next change, not for one that was seen', async () => {
    const signal = createChangeSignal();
    signal.announce();
    let isDone = false;
    const waiting = signal.after(signal.count, FOREVER_MS, going).then(() => {
      isDone = true;
    });
    await Promise.resolve();
    expect(isDone).toBe(false);
    signal.announce();
    await waiting;
  });

  it('ends a wait when its time is over, and when everything stops', async () => {
    const signal = createChangeSignal();
    await signal.after(signal.count, 1, going);
    const stopping = new AbortController();
    const waiting = signal.after(signal.count, FOREVER_MS, stopping.signal);
    stopping.abort();
    await waiting;
    await signal.after(signal.count, FOREVER_MS, stopping.signal);
  });
});
