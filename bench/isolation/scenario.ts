import { setTimeout as sleep } from 'node:timers/promises';
import { expectStatus } from '../../lib/local/api-client.ts';
import {
  type LocalService,
  removeDirectory,
  startService,
  temporaryDirectory,
} from '../../test/support/local-service.ts';
import type { Delay } from './delays.ts';
import { type Behaviour, openReceiver, type Receiver } from './isolation-receivers.ts';
import { type Load, type Recorded, record } from './load.ts';

/** Ten merchants on their own service, and what the tenth does from some moment on. */
export interface Scenario {
  readonly name: string;
  readonly tenth: Behaviour;
}

export interface Plan {
  readonly load: Load;
  readonly seconds: number;
  /** Batches of each queue that run at once. */
  readonly workers: number;
  /** Called with the elapsed share of the scenario, 0 to 1. */
  readonly onProgress: (share: number) => void;
}

export interface Measured {
  /** Delays of the nine. */
  readonly delays: readonly Delay[];
  /** Outcomes of the nine that were recorded but never arrived. */
  readonly missing: number;
  /** Outcomes of all ten that were not recorded. */
  readonly refused: number;
  readonly tenth: { readonly recorded: number; readonly attempted: number };
}

const HEALTHY = Array.from({ length: 9 }, (_, index) => `healthy_${index + 1}`);
const TENTH = 'tenth';
/** Before the measurement all answer at once: instances start, and their code is compiled. */
const WARM_UP_SECONDS = 20;
/** Time for the last recorded outcomes to arrive. */
const DRAIN_SECONDS = 30;
const LOOK_EVERY_MS = 100;

export async function runScenario(scenario: Scenario, plan: Plan): Promise<Measured> {
  const dataDir = temporaryDirectory();
  const service = await startService(dataDir, ['--no-demo', '--workers', String(plan.workers)]);
  const receivers = new Map<string, Receiver>();
  try {
    for (const merchantId of [...HEALTHY, TENTH]) {
      receivers.set(merchantId, await openMerchant(service, merchantId));
    }
    return await measure(service, { scenario, plan, receivers });
  } finally {
    await Promise.all([...receivers.values()].map((receiver) => receiver.close()));
    await service.stop();
    removeDirectory(dataDir);
  }
}

async function openMerchant(service: LocalService, merchantId: string): Promise<Receiver> {
  const { api, credentials } = service;
  const receiver = await openReceiver();
  const key = credentials.adminKey;
  expectStatus(await api(key, 'POST /v1/merchants', { merchantId, name: merchantId }), 201);
  expectStatus(await api(key, `POST /v1/merchants/${merchantId}/endpoints`, { url: receiver.url }), 201);
  return receiver;
}

interface Run {
  readonly scenario: Scenario;
  readonly plan: Plan;
  readonly receivers: ReadonlyMap<string, Receiver>;
}

async function measure(service: LocalService, { scenario, plan, receivers }: Run): Promise<Measured> {
  const startMs = Date.now();
  const turnMs = startMs + WARM_UP_SECONDS * 1000;
  const untilMs = turnMs + plan.seconds * 1000;
  const progress = setInterval(() => plan.onProgress((Date.now() - startMs) / (untilMs - startMs)), 500);
  const recordUntil = async (endMs: number): Promise<Recorded> => {
    const recorded: Recorded = { created: new Map(), refused: 0 };
    const { load } = plan;
    await record(service, { healthy: HEALTHY, heavy: TENTH, load, untilMs: endMs, recorded });
    return recorded;
  };
  try {
    await recordUntil(turnMs);
    receivers.get(TENTH)?.behave(scenario.tenth);
    const recorded = await recordUntil(untilMs);
    const missing = await drain(recorded, receivers);
    const tenth = recorded.created.get(TENTH) ?? [];
    return {
      delays: delaysOf(recorded, { receivers, turnMs }),
      missing,
      refused: recorded.refused,
      tenth: {
        recorded: tenth.length,
        attempted: tenth.filter((id) => receivers.get(TENTH)?.arrivals.has(id)).length,
      },
    };
  } finally {
    clearInterval(progress);
  }
}

/** Waits for the last first attempts of the nine. @returns how many never arrived */
async function drain(recorded: Recorded, receivers: Run['receivers']): Promise<number> {
  const missing = () =>
    HEALTHY.flatMap((merchantId) =>
      (recorded.created.get(merchantId) ?? []).filter((id) => !receivers.get(merchantId)?.arrivals.has(id)),
    ).length;
  for (const deadline = Date.now() + DRAIN_SECONDS * 1000; Date.now() < deadline && missing() > 0; ) {
    await sleep(LOOK_EVERY_MS);
  }
  return missing();
}

function delaysOf(
  recorded: Recorded,
  { receivers, turnMs }: { readonly receivers: Run['receivers']; readonly turnMs: number },
): readonly Delay[] {
  return HEALTHY.flatMap((merchantId) =>
    (recorded.created.get(merchantId) ?? []).flatMap((id) => {
      const arrival = receivers.get(merchantId)?.arrivals.get(id);
      if (arrival === undefined) return [];
      const { listedMs, arrivedMs } = arrival;
      return [{ sinceMs: listedMs - turnMs, delayMs: arrivedMs - listedMs }];
    }),
  );
}
