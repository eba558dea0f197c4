import { describe, expect, it } from 'vitest';
import { skewOf } from '../../../lib/protocol/table/clock-skew.ts';

const SERVER = Date.parse('Fri, 20 Nov 2026 08:00:00 GMT');

describe('the skew of a clock against a Date header of whole seconds', () => {
  it.each([
    ['agrees', 0, 10, 0],
    ['agrees within the second that the header hides', 999, 1_010, 0],
    ['is not off because an answer was slow', -2_500, 4_000, 0],
    ['is ahead by what no delay explains', 5_000, 5_010, 4_000],
    ['is behind by what no delay explains', -5_010, -5_000, -5_000],
  ])('%s', (_title, sent, received, skewMs) => {
    expect(skewOf({ sentMs: SERVER + sent, receivedMs: SERVER + received, serverMs: SERVER })).toBe(skewMs);
  });
});
