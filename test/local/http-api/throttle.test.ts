import { describe, expect, it } from 'vitest';
import { createThrottle } from '../../../lib/local/http-api/throttle.ts';

describe('a throttle', () => {
  it('lets a burst in, and then the rate', () => {
    let now = 0;
    const mayPass = createThrottle({ burst: 2, rate: 10 }, () => now);
    expect([mayPass(), mayPass(), mayPass()]).toEqual([true, true, false]);
    now = 100;
    expect([mayPass(), mayPass()]).toEqual([true, false]);
    now = 10_000;
    expect([mayPass(), mayPass(), mayPass()]).toEqual([true, true, false]);
  });
});
