import { describe, expect, it } from 'vitest';
import { createCheckBackHandler, type PublicKeys, publishedKeys } from '../../../lib/initiator/index.ts';
import { publicKeyText } from '../../../lib/protocol/signing/webhook-keys.ts';
import { ask, CHECK, clock, END, NOW_MS, OTHER_SEED, PUBLIC_KEY, SEED, signed } from './asked-initiator.ts';

describe('the keys that verify', () => {
  const body = JSON.stringify(CHECK);
  const answering = (answers: (() => Response)[]) => {
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (url) => {
      asked.push(String(url));
      return (answers.length > 1 ? answers.shift() : answers[0])?.() ?? Response.error();
    };
    return { fetch, asked };
  };
  const publish =
    (...seeds: Uint8Array[]) =>
    () =>
      Response.json({ publicKeys: seeds.map(publicKeyText) });

  it.each(['', 'whpk_', 'whpk_AAAA', `whsec_${PUBLIC_KEY.slice(5)}`, `${PUBLIC_KEY}!`])(
    'are refused where they are none: %s',
    (publicKeys) => {
      const make = () => createCheckBackHandler({ publicKeys, merchantIds: '*', lookUp: () => 'unknown' });
      expect(make).toThrow(expect.objectContaining({ code: 'invalid_option' }));
    },
  );

  it('may be several, while the service changes its key', async () => {
    const publicKeys = [publicKeyText(OTHER_SEED), PUBLIC_KEY];
    expect((await ask(() => END, undefined, { publicKeys })).status).toBe(200);
    expect(() =>
      createCheckBackHandler({ publicKeys: [], merchantIds: '*', lookUp: () => 'unknown' }),
    ).toThrow();
  });

  it('are fetched once for an hour, and by one question for all who wait', async () => {
    const time = { nowMs: NOW_MS };
    const { fetch, asked } = answering([publish(SEED)]);
    const publicKeys = publishedKeys({
      baseUrl: 'https://api.example/',
      fetch,
      clock: { now: () => time.nowMs },
    });
    const askAll = () => Promise.all([1, 2, 3].map(() => ask(() => END, undefined, { publicKeys })));
    await askAll();
    expect(asked).toEqual(['https://api.example/v1/public-keys']);
    time.nowMs += 3_599_000;
    await askAll();
    expect(asked).toHaveLength(1);
    time.nowMs += 1_000;
    await askAll();
    expect(asked).toHaveLength(2);
  });

  it('are fetched again for a signature by none of them, at most once a minute', async () => {
    const time = { nowMs: NOW_MS };
    const { fetch, asked } = answering([publish(OTHER_SEED), publish(OTHER_SEED), publish(SEED)]);
    const publicKeys: PublicKeys = publishedKeys({
      baseUrl: 'https://api.example',
      fetch,
      clock: { now: () => time.nowMs },
    });
    const status = async () => (await ask(() => END, signed(body), { publicKeys })).status;
    expect([await status(), await status(), asked.length]).toEqual([401, 401, 1]);
    time.nowMs += 60_000;
    expect([await status(), asked.length]).toEqual([401, 2]);
    time.nowMs += 60_000;
    expect([await status(), asked.length]).toEqual([200, 3]);
  });

  it('stay in use while the service is away, and are asked for once a minute, for any number of forged signatures', async () => {
    const time = { nowMs: NOW_MS };
    const { fetch, asked } = answering([publish(SEED), () => Response.error()]);
    const clock = { now: () => time.nowMs };
    const publicKeys = publishedKeys({ baseUrl: 'https://api.example', fetch, clock });
    const check = async (seed: typeof SEED) =>
      (await ask(() => END, signed(body, { seed }), { publicKeys })).status;
    expect(await check(SEED)).toBe(200);
    for (const [afterMs, seed, status] of [
      [60_000, OTHER_SEED, 503],
      [3_600_000, OTHER_SEED, 401],
      [3_600_000, SEED, 200],
    ] as const) {
      time.nowMs += afterMs;
      const before = asked.length;
      expect(await check(seed)).toBe(status);
      for (let n = 0; n < 3; n += 1) expect(await check(OTHER_SEED)).toBe(401);
      expect(await check(SEED)).toBe(200);
      expect(asked).toHaveLength(before + 1);
    }
  });

  it('are asked for every ten seconds while there are none yet', async () => {
    const time = { nowMs: NOW_MS };
    const { fetch, asked } = answering([() => Response.error(), () => Response.error(), publish(SEED)]);
    const clock = { now: () => time.nowMs };
    const publicKeys = publishedKeys({ baseUrl: 'https://api.example', fetch, clock });
    const status = async () => (await ask(() => END, signed(body), { publicKeys })).status;
    expect([await status(), await status(), asked.length]).toEqual([503, 503, 1]);
    time.nowMs += 9_999;
    expect([await status(), asked.length]).toEqual([503, 1]);
    time.nowMs += 1;
    expect([await status(), await status(), asked.length]).toEqual([503, 503, 2]);
    time.nowMs += 10_000;
    expect([await status(), asked.length]).toEqual([200, 3]);
  });

  it.each([
    ['no answer', () => Response.error()],
    ['an outage', () => new Response('', { status: 503 })],
    ['a page without keys', () => new Response('<html>')],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } })],
    ['a list of keys that is no answer of the service', () => new Response(publish(SEED)().body)],
    ['a list of keys without end', () => Response.json({ publicKeys: [PUBLIC_KEY], x: 'x'.repeat(70_000) })],
    ['an invalid key', () => Response.json({ publicKeys: ['whpk_AAAA'] })],
  ])('refuse no check if there is %s: the service asks again', async (_what, answer) => {
    const publicKeys = publishedKeys({ baseUrl: 'https://api.example', ...answering([answer]), clock });
    expect(await ask(() => END, undefined, { publicKeys })).toMatchObject({ status: 503 });
  });

  it('are not taken from a place where anybody could change them', () => {
    for (const baseUrl of ['http://api.example', 'api.example']) {
      expect(() => publishedKeys({ baseUrl })).toThrow(expect.objectContaining({ code: 'invalid_option' }));
    }
  });
});
