import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSink, type Sink } from '../../../bench/load/measure/sink.ts';
import { compare, type Plan } from '../../../bench/peers/comparison.ts';
import type { PeerSettings } from '../../../bench/peers/file/peers-file.ts';
import { openPeer } from '../../../bench/peers/peer-contestant.ts';
import { KEY, openStandIn, type StandIn } from './stand-in.ts';

const PLAN: Plan = {
  count: 20,
  callers: 4,
  rounds: 2,
  warmUp: 5,
  paced: 5,
  perSecond: 50,
  lost: 2,
  killed: 20,
};

const settingsOf = (product: PeerSettings['product'], { url }: StandIn): PeerSettings => ({
  name: product,
  product,
  url,
  key: KEY,
  project: 'p1',
  topic: undefined,
  processes: { server: process.pid },
  kill: { command: 'true' },
});

describe('a comparison of stand-ins', () => {
  let sink: Sink;
  beforeAll(async () => {
    sink = await openSink();
  });
  afterAll(() => sink.close());

  const openAll = async (standIns: Readonly<Partial<Record<PeerSettings['product'], StandIn>>>) =>
    Promise.all(
      Object.entries(standIns).map(([product, standIn]) =>
        openPeer(settingsOf(product as PeerSettings['product'], standIn), { run: 'r1', sinkUrl: sink.url }),
      ),
    );

  it('measures all products with the same load, and nothing is missing', async () => {
    const standIns = {
      outpost: await openStandIn('outpost'),
      svix: await openStandIn('svix'),
      convoy: await openStandIn('convoy'),
    };
    const contestants = await openAll(standIns);
    const results = await compare(contestants, PLAN, { sink, onProgress: () => {}, onFault: () => {} });
    expect(results.map(({ name }) => name)).toEqual(Object.keys(standIns));
    for (const { bursts, paced, found, foundAmongMany, killed, fault } of results) {
      expect(fault).toBeUndefined();
      expect(bursts.map(({ count, missing }) => [count, missing])).toEqual([
        [20, 0],
        [20, 0],
      ]);
      expect(paced).toMatchObject({ count: 5, missing: 0 });
      expect(found).toMatchObject({ found: 2, lost: 2, among: 61 });
      expect(foundAmongMany?.requests).toBeGreaterThanOrEqual(100);
      expect(killed).toMatchObject({ accepted: 20, lost: 0 });
    }
    for (const contestant of contestants) await contestant.close();
    for (const standIn of Object.values(standIns)) {
      expect(standIn.requests.at(-1)).toMatch(/^DELETE /);
      await standIn.close();
    }
  });

  it('goes on with the others when one goes down, and says so in one sentence', async () => {
    const standIns = { outpost: await openStandIn('outpost'), svix: await openStandIn('svix') };
    const contestants = await openAll(standIns);
    await standIns.outpost.close();
    const faults: string[] = [];
    const results = await compare(contestants, PLAN, {
      sink,
      onProgress: () => {},
      onFault: (sentence) => void faults.push(sentence),
    });
    expect(faults).toEqual([expect.stringMatching(/^outpost does not answer at http:\S+: [A-Z_]+\.$/)]);
    expect(results.map(({ name, fault, paced }) => [name, fault, paced?.missing])).toEqual([
      ['outpost', faults[0], undefined],
      ['svix', undefined, 0],
    ]);
    await standIns.svix.close();
  });

  it('ends the part of a peer that accepts and does not deliver, before it is measured', async () => {
    const standIns = { svix: await openStandIn('svix') };
    const contestants = await openAll(standIns);
    standIns.svix.holdBack();
    const [result] = await compare(contestants, PLAN, {
      sink,
      onProgress: () => {},
      onFault: () => {},
      firstMs: 0,
    });
    expect(result?.fault).toBe(
      `svix: it accepted a message and did not deliver it to ${sink.url}. It must permit webhooks to this machine.`,
    );
    expect(result?.bursts).toEqual([]);
    await standIns.svix.close();
  });

  it('refuses a peer whose process does not run', async () => {
    const standIn = await openStandIn('svix');
    const settings = { ...settingsOf('svix', standIn), processes: { server: 'echo 999999999' } };
    await expect(openPeer(settings, { run: 'r1', sinkUrl: sink.url })).rejects.toThrow(
      'svix: process server: no process has the id 999999999.',
    );
    await standIn.close();
  });
});
