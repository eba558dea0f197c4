import { describe, expect, it } from 'vitest';
import { compareSettings } from '../../../lib/cli/settings-file/compare-settings.ts';
import type { GatheredEndpoint } from '../../../lib/cli/settings-file/gather-settings.ts';

const settings = {
  url: 'https://shop.example/hook',
  types: ['payment.*', 'refund.*'],
  enabled: true,
  timeoutMs: 10_000,
  signature: 'v1',
};
const merchantSettings = { name: 'Seven', schedule: 'wechat', timeZone: 'UTC', feedShards: 2 };

/** What an import does to an endpoint. */
function differenceOf(wanted: object, there: object, disabledReason?: string) {
  const endpoint = (given: object) => ({ endpointId: 'pay', settings: { ...settings, ...given } });
  const merchant = { merchantId: 'shop-7', settings: merchantSettings };
  const found: GatheredEndpoint = {
    ...endpoint(there),
    ...(disabledReason !== undefined && { disabledReason }),
  };
  const [, difference] = compareSettings(
    [{ ...merchant, endpoints: [endpoint(wanted)] }],
    [{ ...merchant, endpoints: [found] }],
  );
  return difference;
}

/** What an import does to a merchant. */
function merchantDifferenceOf(wanted: object, there: object) {
  const merchant = (given: object) => ({
    merchantId: 'shop-7',
    settings: { ...merchantSettings, ...given },
    endpoints: [],
  });
  return compareSettings([merchant(wanted)], [merchant(there)])[0];
}

describe('an endpoint', () => {
  it.each([
    ['types in another order', { types: ['refund.*', 'payment.*'] }, {}],
    ['one accepted body in a list', { expectBody: ['ok'] }, { expectBody: 'ok' }],
  ])('is the same with %s', (_, wanted, there) => {
    expect(differenceOf(wanted, there)).toMatchObject({ action: 'same', changes: [] });
  });

  it('changes from what is there to what the file says, also to nothing', () => {
    const difference = differenceOf({ schedule: [1, 2] }, { description: 'old', schedule: [2, 1] });
    expect(difference).toMatchObject({
      action: 'change',
      changes: [
        { field: 'description', from: 'old' },
        { field: 'schedule', from: [2, 1], to: [1, 2] },
      ],
    });
  });

  it('needs the value of each header that is new, and of all if its URL has another origin', () => {
    const headers = ['authorization', 'x-shop'];
    expect(differenceOf({ headers }, { headers: ['x-shop'] })?.neededHeaders).toEqual(['authorization']);
    const moved = { url: 'https://other.example/hook', headers };
    expect(differenceOf(moved, { headers })?.neededHeaders).toEqual(headers);
    expect(differenceOf({ url: 'https://shop.example/new', headers }, { headers })?.neededHeaders).toEqual(
      [],
    );
  });

  it('that is disabled is a sentence', () => {
    expect(differenceOf({}, { enabled: false }, 'gone')?.remarks).toEqual([
      'It was disabled there because its receiver answered 410, and is enabled.',
    ]);
    expect(differenceOf({ enabled: false }, {})?.remarks).toEqual([expect.stringContaining('are not sent')]);
    const wanted = { merchantId: 'new', settings: merchantSettings };
    const endpoint = { endpointId: 'pay', settings: { ...settings, enabled: false } };
    expect(compareSettings([{ ...wanted, endpoints: [endpoint] }], [])[1]?.remarks).toEqual([
      expect.stringContaining('created disabled'),
    ]);
  });
});

describe('a merchant', () => {
  it('keeps more shards than the file has, because they only grow', () => {
    expect(merchantDifferenceOf({ feedShards: 1 }, {})).toMatchObject({
      action: 'same',
      remarks: ['feedShards stays 2, because it can only grow.'],
    });
    expect(merchantDifferenceOf({ feedShards: 4 }, {})).toMatchObject({ changes: [{ from: 2, to: 4 }] });
  });

  it('that only the service has stays', () => {
    const there = { merchantId: 'shop-9', settings: merchantSettings, endpoints: [] };
    expect(compareSettings([], [there])).toMatchObject([{ merchantId: 'shop-9', action: 'only_there' }]);
  });
});
