import { describe, expect, it } from 'vitest';
import { createMemoryStores } from '../../../lib/adapters/memory/memory-stores.ts';
import { expectedEndpoints } from '../../../lib/core/deliver/expected-endpoints.ts';
import { Fault } from '../../../lib/core/faults.ts';
import { createEndpoint } from '../../../lib/core/merchants/create-endpoint.ts';
import { LEAD } from '../../../lib/core/merchants/dated-writes.ts';
import type { Endpoint } from '../../../lib/core/merchants/merchant-config.ts';
import type { MerchantStore } from '../../../lib/core/merchants/merchant-store.ts';
import type { MerchantId, TerminalOutcome } from '../../../lib/core/model.ts';
import { isoTime } from '../../../lib/core/time.ts';
import type { ByHand } from '../stories/by-hand.ts';
import { START_MS, type Story } from '../stories/stories.ts';
import { VirtualTime } from '../storm/virtual-time.ts';
import { ChangeWatch } from '../watches/change-watch.ts';
import { SettingsWatch } from '../watches/settings-watch.ts';
import type { SimulatedMerchant } from '../world/simulated-merchants.ts';
import type { Evidence } from './check-evidence.ts';
import { expectationOf } from './check-expectation.ts';

const merchantId = 'beta' as MerchantId;
/** How far the clock that dates the endpoint is ahead of the table's. */
const AHEAD_MS = 2_000;

let time: VirtualTime;
let evidence: Evidence;
let endpoint: Endpoint;

/** Makes an endpoint through `around`, and collects what a run would know of it. */
async function setUp(around: (merchants: MerchantStore) => MerchantStore): Promise<void> {
  time = new VirtualTime(START_MS);
  const clock = { now: () => time.now + AHEAD_MS };
  const settings = new SettingsWatch(time, () => undefined);
  const stores = createMemoryStores({ clock });
  const createdAt = isoTime(START_MS);
  const profile = { merchantId, name: 'beta', schedule: 'wechat' as const, feedShards: 1, timeZone: 'UTC' };
  await stores.merchants.create({ ...profile, secrets: [], createdAt, rev: 1 });
  endpoint = await make(around(settings.over(stores.merchants)), clock);
  const merchant = { merchantId, endpoints: [{ ...endpoint, receivers: new Map() }] };
  evidence = {
    stores,
    settings,
    merchants: [merchant as Partial<SimulatedMerchant> as SimulatedMerchant],
    byHand: { changes: new ChangeWatch(time) } as ByHand,
    story: { clocksDiffer: true } as Story,
  } as Partial<Evidence> as Evidence;
}

async function make(merchants: MerchantStore, clock: { readonly now: () => number }): Promise<Endpoint> {
  const sleep = async (ms: number) => {
    time.now += ms;
  };
  const ports = {
    merchants,
    clock,
    timer: { sleep },
    random: { fraction: () => 0.5, bytes: (size: number) => new Uint8Array(size) },
    lead: LEAD,
    trail: {
      by: 'operator',
      entry: (happened: object) => ({ entryId: 'entry', at: isoTime(time.now), by: 'operator', ...happened }),
    } as never,
    seal: { seal: async (secret: string) => secret, open: async (sealed: string) => sealed },
    clockTrust: { assertTrusted: () => undefined },
    callbackPolicy: { allowedPorts: [443], allowLoopback: false },
  };
  const made = await createEndpoint(ports, merchantId, { url: 'https://beta.example/made/1' });
  if (made.kind !== 'created') throw new Error(made.code);
  return made.endpoint;
}

/**
 * The first three writes are done at once, and answered too late or not at all. The fourth may just begin: its date is
 * the last that a change may have.
 */
function answeredLate(merchants: MerchantStore): MerchantStore {
  const delaysMs = [1_000, 2_000, 2_800];
  const late = async (isWritten: Promise<boolean>) => {
    const result = await isWritten;
    time.now += delaysMs.shift() ?? 0;
    if (time.now === START_MS + 5_800) throw new Fault({ code: 'unavailable', message: '', retryable: true });
    return result;
  };
  return {
    ...merchants,
    createEndpoint: (...write) => late(merchants.createEndpoint(...write)),
    saveEndpoint: (...write) => late(merchants.saveEndpoint(...write)),
  };
}

const OF = { transactionType: 'payment', status: 'SUCCEEDED' } as const;
const listedAt = (ms: number) =>
  ({ merchantId, transactionId: 'pay_1', version: 1, listedAt: isoTime(ms), ...OF }) as TerminalOutcome;
const isSure = (ms: number) => expectationOf(evidence, listedAt(ms)).surely.has(endpoint.endpointId);
const isPossible = (ms: number) => expectationOf(evidence, listedAt(ms)).possibly.has(endpoint.endpointId);

describe('the expectation of an endpoint whose first writes were not answered in time', () => {
  it('is not sure before the last date that the service may give it', async () => {
    await setUp(answeredLate);
    const config = await evidence.stores.merchants.read(merchantId);
    if (config === undefined) throw new Error('no merchant');
    const isExpected = (ms: number) => expectedEndpoints(listedAt(ms), config, undefined).length > 0;
    const lastMs = START_MS + 20_000;
    expect(endpoint.history.at(-1)?.from).toBe(isoTime(lastMs));
    expect([isExpected(lastMs - 1), isSure(lastMs - 1), isPossible(lastMs - 1)]).toEqual([
      false,
      false,
      true,
    ]);
    expect([isExpected(lastMs), isSure(lastMs), isPossible(lastMs)]).toEqual([true, true, true]);
  });
});

describe('the expectation of an endpoint whose creation was answered', () => {
  it('is sure as soon as it is in force', async () => {
    await setUp((merchants) => merchants);
    const fromMs = START_MS + AHEAD_MS + 5_000;
    expect(endpoint.history.at(-1)?.from).toBe(isoTime(fromMs));
    expect([isSure(fromMs), isPossible(fromMs)]).toEqual([false, true]);
    evidence.byHand.changes.onAnswer(endpoint);
    expect([isSure(fromMs - 1), isSure(fromMs)]).toEqual([false, true]);
  });
});
