import { describe, expect, it } from 'vitest';
import { createBoundedCache } from '../../../lib/core/runtime/bounded-cache.ts';

/** A load that ends when the test says so. */
function heldLoad(asOfMs: number) {
  const { promise, resolve, reject } = Promise.withResolvers<{ value: string; asOfMs: number } | undefined>();
  let calls = 0;
  return {
    load: () => {
      calls += 1;
      return promise;
    },
    ends: (value: string) => resolve({ value, asOfMs }),
    findsNothing: () => resolve(undefined),
    fails: () => reject(new Error('unavailable')),
    calls: () => calls,
  };
}

const found = (value: string, asOfMs: number) => async () => ({ value, asOfMs });
const never = () => Promise.reject(new Error('it should not be loaded'));

describe('a bounded cache', () => {
  it('holds no more than its capacity, and drops what was set longest ago', () => {
    const cache = createBoundedCache<number, string>({ capacity: 3 });
    for (const key of [1, 2, 3]) cache.set(key, `value ${key}`);
    cache.set(1, 'set again');
    cache.set(4, 'value 4');
    expect([1, 2, 3, 4].map((key) => cache.get(key))).toEqual(['set again', undefined, 'value 3', 'value 4']);
  });

  it('gives nothing that is older than the caller allows', () => {
    const cache = createBoundedCache<string, string>({ capacity: 3 });
    cache.set('key', 'value', 1_000);
    expect(cache.get('key', 1_000)).toBe('value');
    expect(cache.get('key', 1_001)).toBeUndefined();
    expect(cache.get('key')).toBe('value');
  });

  it('keeps the younger value where an earlier read ends later', () => {
    const cache = createBoundedCache<string, string>({ capacity: 3 });
    cache.set('key', 'younger', 2_000);
    cache.set('key', 'older', 1_000);
    expect(cache.get('key')).toBe('younger');
  });

  it('replaces an expired value with any read, even an older one', () => {
    const cache = createBoundedCache<string, string>({ capacity: 3 });
    cache.set('key', 'old', 2_000);
    cache.expire('key');
    expect(cache.get('key', 0)).toBeUndefined();
    expect(cache.get('key')).toBe('old');
    cache.set('key', 'new', 1_000);
    expect(cache.get('key', 1_000)).toBe('new');
  });
});

describe('reading through a bounded cache', () => {
  it('loads what is not fresh enough, and nothing else', async () => {
    const cache = createBoundedCache<string, string>({ capacity: 3 });
    expect(await cache.read('key', 0, found('first', 1_000))).toBe('first');
    expect(await cache.read('key', 1_000, never)).toBe('first');
    expect(await cache.read('key', 1_001, found('second', 1_001))).toBe('second');
  });

  it('shares one load between callers that work side by side', async () => {
    const cache = createBoundedCache<string, string>({ capacity: 3 });
    const { load, ends, calls } = heldLoad(1_000);
    const asked = [1, 2, 3].map(() => cache.read('key', 1_000, load));
    ends('value');
    expect(await Promise.all(asked)).toEqual(['value', 'value', 'value']);
    expect(calls()).toBe(1);
  });

  it('does not give a caller what a load brings that began too early for it', async () => {
    const cache = createBoundedCache<string, string>({ capacity: 3 });
    const early = heldLoad(1_000);
    const first = cache.read('key', 0, early.load);
    const second = cache.read('key', 1_001, found('as of later', 1_001));
    early.ends('as of earlier');
    expect(await first).toBe('as of earlier');
    expect(await second).toBe('as of later');
  });

  it('remembers nothing of a failed load, and keeps what it had', async () => {
    const cache = createBoundedCache<string, string>({ capacity: 3 });
    const failing = heldLoad(2_000);
    const asked = cache.read('key', 0, failing.load);
    failing.fails();
    await expect(asked).rejects.toThrow('unavailable');
    cache.set('key', 'value', 1_000);
    await expect(cache.read('key', 1_001, failing.load)).rejects.toThrow('unavailable');
    expect(cache.get('key', 1_000)).toBe('value');
    expect(await cache.read('key', 2_000, found('at last', 2_000))).toBe('at last');
  });

  it('forgets a key for which nothing is found', async () => {
    const cache = createBoundedCache<string, string>({ capacity: 3 });
    cache.set('key', 'value', 1_000);
    const gone = heldLoad(2_000);
    gone.findsNothing();
    expect(await cache.read('key', 1_001, gone.load)).toBeUndefined();
    expect(cache.get('key')).toBeUndefined();
  });
});
