import { describe, expect, it } from 'vitest';
import type { Erasure } from '../../../lib/core/merchants/erasing/erasure.ts';
import { merchantIdSchema, type Outcome } from '../../../lib/core/model.ts';
import { outcomeStampsOf, worldOfErased } from '../../support/erased-world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DEMO = merchantIdSchema().parse('demo');

describe('the rows of an erased merchant', () => {
  it('stay until the partition is audited through the erasure and a feed lag', async () => {
    const { world, erase, left } = await worldOfErased();
    await erase();
    const before = left('demo');
    world.time.nowMs += HOUR_MS;
    await world.eraseRows();
    expect(await world.ports.erasures.read(DEMO)).toBeUndefined();
    await world.closeWindows();
    await world.audit();
    await world.eraseRows();
    expect(await world.ports.erasures.read(DEMO)).toMatchObject({ state: 'deleting', rows: 0 });
    expect(left('demo')).toEqual(before);
  });

  it('stay for as long as a function runs that began before the erasure, even if all is audited', async () => {
    const { world, erase } = await worldOfErased();
    await erase();
    world.ports.directory.mark = (async () => ({ through: '2027-01-01T00:00:00.000Z' })) as never;
    world.time.nowMs += 13 * MINUTE_MS;
    await world.eraseRows();
    expect(await world.ports.erasures.read(DEMO)).toBeUndefined();
    world.time.nowMs += 2 * MINUTE_MS;
    await world.eraseRows();
    expect(await world.ports.erasures.read(DEMO)).toMatchObject({ state: 'deleting' });
  });

  it('and its files are deleted, and those of others are not', async () => {
    const { world, erase, left, begin } = await worldOfErased();
    const others = left('other');
    expect(others.length).toBeGreaterThan(8);
    const files = [...world.files.keys()].filter((file) => file.startsWith('other/'));
    expect(files.length).toBeGreaterThan(0);
    const deleted = world.files.size - files.length;
    expect(deleted).toBeGreaterThan(0);
    await erase();
    await begin();
    await world.eraseRows();
    expect(left('demo')).toEqual([]);
    expect(await world.ports.erasures.read(DEMO)).toMatchObject({ state: 'deleting', pass: 2 });
    world.time.nowMs += 5 * MINUTE_MS;
    await world.eraseRows();
    expect(left('other')).toEqual(expect.arrayContaining([...others]));
    expect([...world.files.keys()]).toEqual(files);
    const ended = (await world.ports.erasures.read(DEMO)) as Erasure;
    expect(ended).toMatchObject({ state: 'erased', pass: 2, files: deleted });
    expect(ended.rows).toBeGreaterThan(8);
    expect(await world.ports.erasures.open()).toEqual([]);
    const { rows } = ended;
    expect(world.events).toContainEqual({
      event: 'merchant_rows_deleted',
      merchantId: 'demo',
      rows,
      files: deleted,
    });
    expect((await world.call(world.admin, 'GET /v1/merchants/other/transactions/pay_1')).status).toBe(200);
  });

  it('include outcomes that the feed index shows late', async () => {
    let shownAtMs = 0;
    const indexedAtMs = ({ transactionId }: Outcome) => (transactionId === 'late' ? shownAtMs : 0);
    const { world, erase, left, begin } = await worldOfErased({ indexedAtMs });
    await erase();
    await begin(async () => {
      // Written in its initiator's own transaction, and seen by relay a moment before the deletion begins.
      shownAtMs = world.time.nowMs + 20_000;
      await world.ports.outcomes.putIfAbsent(outcomeStampsOf(world, 'late'), 0);
      await world.relayAll();
    });
    await world.eraseRows();
    expect(left('demo')).toEqual([]);
  });

  it('include counts that come from the stream after the first pass', async () => {
    const { world, erase, left, begin } = await worldOfErased();
    await erase();
    await begin();
    await world.eraseRows();
    await world.countAll();
    expect(left('demo')).toEqual([expect.stringMatching(/^counts /)]);
    for (let pass = 2; pass <= 3; pass += 1) {
      world.time.nowMs += 5 * MINUTE_MS;
      await world.eraseRows();
    }
    expect(left('demo')).toEqual([]);
    expect(await world.ports.erasures.read(DEMO)).toMatchObject({ state: 'erased', pass: 3 });
  });

  it('include late ones that an initiator writes after the deletion: relay deletes them', async () => {
    const { world, erase, left, begin } = await worldOfErased();
    await erase();
    await begin();
    await world.eraseRows();
    const { outcomes } = world.ports;
    world.queue.splice(0);
    const pending = { ...outcomeStampsOf(world, 'late_2'), status: 'PENDING' as const };
    await outcomes.putIfAbsent(outcomeStampsOf(world, 'late_1'), 0);
    await outcomes.putIfAbsent(pending, 0);
    expect(left('demo')).toHaveLength(2);
    await world.relayAll();
    expect(left('demo')).toEqual([]);
    expect(world.queue).toEqual([]);
    expect(world.events.filter(({ event }) => event === 'record_parked')).toEqual([]);
  });

  it('are left alone by relay before the deletion begins: what is on its way may still write', async () => {
    const { world, erase, left } = await worldOfErased();
    await erase();
    const before = left('demo').length;
    await world.ports.outcomes.putIfAbsent(outcomeStampsOf(world, 'late'), 0);
    await world.relayAll();
    expect(left('demo')).toHaveLength(before + 1);
  });

  it('are deleted step by step: a run that reaches its deadline goes on where it stopped', async () => {
    const { world, erase, left, begin } = await worldOfErased();
    await erase();
    await begin();
    const { clock } = world.ports;
    let runs = 0;
    for (; runs < 500 && (await world.ports.erasures.open()).length > 0; runs += 1) {
      let asked = 0;
      // Time for one step, and then none.
      const oneStep = () => (asked++ < 2 ? world.time.nowMs : Number.POSITIVE_INFINITY);
      world.time.nowMs += MINUTE_MS;
      Object.assign(clock, { now: oneStep });
      await world.eraseRows(world.time.nowMs + HOUR_MS);
    }
    Object.assign(clock, { now: () => world.time.nowMs });
    expect(runs).toBeGreaterThan(20);
    expect(left('demo')).toEqual([]);
  });

  it('are deleted once more where a run died between deleting and writing its progress', async () => {
    const { world, erase, left, begin } = await worldOfErased();
    await erase();
    await begin();
    const { erasures } = world.ports;
    const { save } = erasures;
    let writes = 0;
    erasures.save = async (erasure, rev) => {
      writes += 1;
      if (writes % 2 === 1) throw new Error('the process died');
      return save(erasure, rev);
    };
    for (let run = 0; run < 200 && (await erasures.open()).length > 0; run += 1) {
      world.time.nowMs += MINUTE_MS;
      await world.eraseRows().catch(() => undefined);
    }
    expect(left('demo')).toEqual([]);
    expect(await erasures.read(DEMO)).toMatchObject({ state: 'erased' });
  });

  it('are reported as deleted before the list of open erasures forgets the merchant, so that no death loses the line', async () => {
    const { world, erase, begin } = await worldOfErased();
    await erase();
    await begin();
    const { erasures } = world.ports;
    const { save } = erasures;
    const effects: string[] = [];
    world.ports.reporter.report = ({ event }) => void effects.push(event);
    let isDying = true;
    erasures.save = async (erasure, rev) => {
      if (erasure.state !== 'erased') return save(erasure, rev);
      effects.push('written');
      if (isDying) throw new Error('the process died');
      return save(erasure, rev);
    };
    await world.eraseRows();
    world.time.nowMs += 5 * MINUTE_MS;
    await expect(world.eraseRows()).rejects.toThrow('died');
    expect(effects).toEqual(['merchant_rows_deleted', 'written']);
    isDying = false;
    await world.eraseRows();
    expect(effects.slice(2)).toEqual(['merchant_rows_deleted', 'written']);
    expect(await erasures.open()).toEqual([]);
  });

  it('are not deleted by a run that another one overtook', async () => {
    const { world, erase, begin } = await worldOfErased();
    await erase();
    await begin();
    const { erasures } = world.ports;
    const { read } = erasures;
    const old = await read(DEMO);
    await world.eraseRows();
    const ended = await read(DEMO);
    erasures.open = async () => [DEMO];
    erasures.read = async () => old;
    const { rows } = world.ports;
    const { removeNext } = rows;
    let steps = 0;
    rows.removeNext = (place) => {
      steps += 1;
      return removeNext(place);
    };
    await world.eraseRows();
    expect(steps).toBe(1);
    expect(await read(DEMO)).toEqual(ended);
  });

  it('leave messages behind that are dropped, and not set aside', async () => {
    const { world, erase, begin, onTheirWay } = await worldOfErased();
    const messages = onTheirWay();
    expect(new Set(messages.map(({ lane }) => lane))).toEqual(new Set(['first', 'retry', 'check']));
    world.queue.splice(0);
    await erase();
    await begin();
    await world.eraseRows();
    const requests = world.requests.length;
    for (const message of messages) await world.deliverOne(message);
    expect(world.deadLetters).toEqual([]);
    expect(world.requests).toHaveLength(requests);
    const dropped = world.events.filter(({ event }) => event === 'message_dropped');
    expect(dropped).toHaveLength(messages.length);
  });

  it('of a merchant that cannot be deleted now do not keep those of others from their turn', async () => {
    const { world, erase, left, begin } = await worldOfErased();
    await erase();
    await erase('other');
    await begin();
    const { rows } = world.ports;
    const { removeNext } = rows;
    rows.removeNext = async (place) => {
      if (place.merchantId === 'other') throw new Error('throttled');
      return removeNext(place);
    };
    await expect(world.eraseRows()).rejects.toThrow('throttled');
    expect(left('demo')).toEqual([]);
    expect(left('other').length).toBeGreaterThan(8);
  });
});
