import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Admission } from '../../../lib/core/deliver/health/circuit-breaker.ts';
import { clampWait, MAX_QUEUE_WAIT_MS } from '../../../lib/core/runtime/waiting.ts';
import { MAX_RETRY_AFTER_SECONDS, nextDelay } from '../../../lib/core/schedule.ts';
import type { World } from '../../support/demo-world.ts';
import { createWorld, payment, statusExchange } from '../../support/world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FRACTIONS = [0, 0.5, 0.999_999];
const fractions = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** The first message of an outcome, taken from the queue. */
async function recorded({ schedule, fraction }: { schedule: number[]; fraction: number }) {
  const world = createWorld();
  world.ports.random.fraction = () => fraction;
  const demo = await world.merchant('demo', { schedule });
  await demo.endpoint();
  await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
  await world.relayAll();
  return { world, sent: take(world) };
}

/** The first check of a PENDING, taken from the queue, relayed by a clock that is off. */
async function prepared(options: { afterSeconds: number; fraction: number; clockOffMs?: number }) {
  const { afterSeconds, fraction, clockOffMs = 0 } = options;
  const world = createWorld();
  world.ports.random.fraction = () => fraction;
  const demo = await world.merchant('demo');
  const checkBack = { url: 'https://bank.example/check', afterSeconds };
  const body = payment({ status: 'PENDING', checkBack });
  await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', body);
  world.time.nowMs += clockOffMs;
  await world.relayAll();
  return { world, sent: take(world) };
}

function take(world: World) {
  const [sent, ...others] = world.queue.splice(0);
  if (sent === undefined || others.length > 0) throw new Error('there should be one message');
  return sent;
}

/** Works the message off, and says how long the next one waits. */
async function waitAfter(world: World, sent: ReturnType<typeof take>): Promise<number> {
  await world.deliverOne(sent);
  return take(world).atMs - world.time.nowMs;
}

describe('a wait', () => {
  const waits = fc.record({
    minMs: fc.integer({ min: 0, max: 7 * DAY }),
    jitterMs: fc.integer({ min: 0, max: DAY }),
    maxMs: fc.option(fc.integer({ min: 0, max: DAY }), { nil: undefined }),
  });

  it('is never shorter than promised, and never longer than allowed', () => {
    fc.assert(
      fc.property(waits, ({ minMs, jitterMs, maxMs = Number.POSITIVE_INFINITY }) => {
        const waitMs = clampWait({ minMs, jitteredMs: minMs + jitterMs, maxMs });
        return waitMs >= minMs && waitMs <= Math.max(minMs, maxMs) && waitMs <= minMs + jitterMs;
      }),
    );
  });

  it('that a queue can hold can still be held after its jitter', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_QUEUE_WAIT_MS }), fc.nat(DAY), (minMs, jitterMs) => {
        return clampWait({ minMs, jitteredMs: minMs + jitterMs }) <= MAX_QUEUE_WAIT_MS;
      }),
    );
  });

  it('keeps all of its jitter where no bound is near', () => {
    expect(clampWait({ minMs: 10 * MINUTE, jitteredMs: 11 * MINUTE })).toBe(11 * MINUTE);
    expect(clampWait({ minMs: HOUR, jitteredMs: 66 * MINUTE })).toBe(66 * MINUTE);
  });
});

describe('a delay of a schedule', () => {
  it('that a queue can hold stays so after jitter, for every caller', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 900 }),
        fc.option(fc.integer({ min: 0, max: 900 }), { nil: undefined }),
        fractions,
        (delay, retryAfterSeconds, fraction) => {
          const next = nextDelay({ schedule: [delay], attemptsMade: 1, retryAfterSeconds, fraction });
          return next !== 'exhausted' && next.delaySeconds <= 900;
        },
      ),
    );
  });

  it.each(FRACTIONS)('of 900 s is 900 s, with jitter drawn as %d', async (fraction) => {
    const { world, sent } = await recorded({ schedule: [900], fraction });
    world.receiver.answer = () => statusExchange(500);
    expect(await waitAfter(world, sent)).toBe(900 * SECOND);
  });

  it('beyond what a queue can hold keeps its jitter', () => {
    const next = nextDelay({ schedule: [1_200], attemptsMade: 1, fraction: 0.999_999 });
    expect(next).toEqual({ delaySeconds: 1_320 });
  });
});

describe('Retry-After', () => {
  it.each([
    ['an hour', '3600', HOUR],
    ['some more than an hour', '3601', HOUR],
    ['a day', '86400', HOUR],
    ['more seconds than a number holds', '9'.repeat(400), HOUR],
    ['nearly an hour', '3599', 3_599 * SECOND],
    ['a quarter of an hour', '900', 900 * SECOND],
    ['a second more than a queue can hold', '901', 901 * SECOND],
    ['a date in two hours', 'Fri, 20 Nov 2026 10:00:00 GMT', HOUR],
    ['a date in 8,000 years', 'Fri, 31 Dec 9999 23:59:59 GMT', HOUR],
    ['a date in half an hour', 'Fri, 20 Nov 2026 08:30:00 GMT', 30 * MINUTE],
    ['a date in the form of asctime', 'Fri Nov 20 08:20:00 2026', 20 * MINUTE],
  ])('of %s is waited for, and never longer than an hour', async (_, value, askedMs) => {
    for (const fraction of FRACTIONS) {
      for (const status of [429, 503]) {
        const { world, sent } = await recorded({ schedule: [15], fraction });
        world.receiver.answer = () => statusExchange(status, value);
        const waitMs = await waitAfter(world, sent);
        expect(waitMs).toBeGreaterThanOrEqual(askedMs);
        expect(waitMs).toBeLessThanOrEqual(Math.min(askedMs * 1.1, HOUR));
        if (askedMs <= MAX_QUEUE_WAIT_MS) expect(waitMs).toBeLessThanOrEqual(MAX_QUEUE_WAIT_MS);
      }
    }
  });

  it.each([
    ['0', '0'],
    ['a negative number', '-3600'],
    ['a sign', '+3600'],
    ['a fraction', '3600.5'],
    ['an exponent', '1e3'],
    ['hexadecimal digits', '0x0fff'],
    ['two values', '3600, 3600'],
    ['a word', 'soon'],
    ['nothing', ''],
    ['a date that has passed', 'Fri, 20 Nov 2026 07:00:00 GMT'],
    ['a date that does not exist', 'Mon, 30 Feb 2026 10:00:00 GMT'],
    ['a date in another form', '2026-11-20T10:00:00Z'],
  ])('of %s leaves the schedule as it is', async (_, value) => {
    const { world, sent } = await recorded({ schedule: [15], fraction: 0.999_999 });
    world.receiver.answer = () => statusExchange(503, value);
    expect(await waitAfter(world, sent)).toBe(16 * SECOND);
  });

  it('of an hour does not shorten a longer delay of the schedule, and adds none to an equal one', () => {
    const asked = { attemptsMade: 1, retryAfterSeconds: 1e9, fraction: 0.999_999 };
    expect(nextDelay({ schedule: [7_200], ...asked })).toEqual({ delaySeconds: 7_920 });
    expect(nextDelay({ schedule: [3_600], ...asked })).toEqual({ delaySeconds: MAX_RETRY_AFTER_SECONDS });
  });
});

describe('a deferral', () => {
  async function deferralMs(admission: Extract<Admission, { kind: 'defer' }>, fraction: number, ageMs = 0) {
    const { world, sent } = await recorded({ schedule: [6 * 3_600], fraction });
    world.time.nowMs += ageMs;
    world.ports.health.isSlowOrOpen = async () => false;
    world.ports.health.admit = async () => admission;
    return waitAfter(world, sent);
  }
  const START = Date.parse('2026-11-20T08:00:00Z');

  it('of what is young fits into a queue, jitter included, and never ends before the next probe', async () => {
    for (const fraction of FRACTIONS) {
      for (const probeInMs of [0, MINUTE, 14 * MINUTE, 15 * MINUTE]) {
        for (const deadMs of [0, MINUTE, 29 * MINUTE, 5 * DAY]) {
          const admission = {
            kind: 'defer',
            probeAtMs: START + probeInMs,
            openedAtMs: START - deadMs,
          } as const;
          const waitMs = await deferralMs(admission, fraction);
          expect(waitMs).toBeLessThanOrEqual(MAX_QUEUE_WAIT_MS);
          expect(waitMs).toBeGreaterThanOrEqual(probeInMs);
        }
      }
    }
  });

  it('fits into a queue although the clock that set the probe is ahead', async () => {
    const probeAtMs = START + 15 * MINUTE + 2 * SECOND;
    const admission = { kind: 'defer', probeAtMs, openedAtMs: START - DAY } as const;
    expect(await deferralMs(admission, 0.999_999)).toBe(MAX_QUEUE_WAIT_MS);
  });

  it('is spread out where the endpoint has been dead for long: not all come back at once', async () => {
    const admission = { kind: 'defer', probeAtMs: START, openedAtMs: START - 5 * DAY } as const;
    const waits = await Promise.all(FRACTIONS.map((fraction) => deferralMs(admission, fraction)));
    expect(new Set(waits).size).toBe(FRACTIONS.length);
    expect(Math.min(...waits)).toBeLessThan(14 * MINUTE);
  });

  it('of what is no longer young fits into a queue where it did without jitter', async () => {
    const ageMs = 2 * HOUR;
    const openedAtMs = START + ageMs - 29 * MINUTE;
    const admission = { kind: 'defer', probeAtMs: START + ageMs, openedAtMs } as const;
    expect(await deferralMs(admission, 0.999_999, ageMs)).toBe(MAX_QUEUE_WAIT_MS);
  });
});

describe('a check', () => {
  it.each([
    [900, -2 * SECOND],
    [900, -30 * SECOND],
    [900, 0],
    [1, -2 * SECOND],
  ])('of %d s is put off for no longer by a clock that is off by %d ms', async (afterSeconds, clockOffMs) => {
    const { world, sent } = await prepared({ afterSeconds, fraction: 0, clockOffMs });
    expect(sent.atMs - world.time.nowMs).toBe(afterSeconds * SECOND);
  });

  it('of a clock that is ahead, or that is late, waits for the rest', async () => {
    const { world, sent } = await prepared({ afterSeconds: 900, fraction: 0, clockOffMs: 20 * SECOND });
    expect(sent.atMs - world.time.nowMs).toBe(880 * SECOND);
  });

  it.each([
    ['850', 850 * SECOND, MAX_QUEUE_WAIT_MS],
    ['900', 900 * SECOND, MAX_QUEUE_WAIT_MS],
    ['3600', HOUR, HOUR],
    ['9'.repeat(30), HOUR, HOUR],
    ['Fri, 20 Nov 2026 23:00:00 GMT', HOUR, HOUR],
    ['-1', 10 * SECOND, 11 * SECOND],
  ])('comes again after Retry-After of %s, and never later than allowed', async (value, minMs, maxMs) => {
    const { world, sent } = await prepared({ afterSeconds: 1, fraction: 0.999_999 });
    world.receiver.answer = () => statusExchange(503, value);
    const waitMs = await waitAfter(world, sent);
    expect(waitMs).toBeGreaterThanOrEqual(minMs);
    expect(waitMs).toBeLessThanOrEqual(maxMs);
  });

  it('that is asked again and again waits at most an hour, jitter included', async () => {
    const { world, sent } = await prepared({ afterSeconds: 1, fraction: 0.999_999 });
    world.receiver.answer = () => statusExchange(500);
    let next = sent;
    for (let asked = 0; asked < 14; asked += 1) {
      world.time.nowMs = Math.max(world.time.nowMs, next.atMs);
      await world.deliverOne(next);
      next = take(world);
      expect(next.atMs - world.time.nowMs).toBeLessThanOrEqual(HOUR);
    }
  });
});
