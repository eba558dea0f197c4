import { randomBytes } from 'node:crypto';
import type { Api } from '../../../lib/local/api-client.ts';
import { eventually } from '../../support/eventually.ts';
import { isAble, needed, type Target } from '../target.ts';
import type { PatientApi } from './patient-api.ts';
import { listenForReceivers, type Receivers } from './receivers.ts';

/** What a journey works with. */
export interface Scene {
  readonly target: Target;
  /** Calls the API; repeats what was refused for now. */
  readonly api: Api;
  /** May record for all merchants. */
  readonly initiatorKey: string;
  /** @throws CannotError if the target cannot reach this machine */
  readonly receivers: Receivers;
  /** Makes a name unique among all runs against this target. */
  name(what: string): string;
  /** Adds a remark to the journey's line in the table. */
  remark(text: string): void;
}

/** One promise, shown from outside. */
export interface Journey {
  readonly name: string;
  /** What it shows: a sentence without a full stop. */
  readonly shows: string;
  /** @throws CannotError where the target lacks something; any other error is a failure */
  run(scene: Scene): Promise<void>;
}

/** The stage for all journeys of one run. */
export interface Stage {
  readonly target: Target;
  readonly api: PatientApi;
  sceneOf(journey: Journey, remark: (text: string) => void): Scene;
  close(): Promise<void>;
}

/** An emulator may be busy for minutes with other journeys; a sweep that delivers late counts as progress, too. */
const STANDSTILL_MS = 600_000;

/** As `eventually`, with the patience that a foreign cloud needs. */
export function patiently<Seen>(
  look: () => Seen | Promise<Seen>,
  check: (seen: Seen) => void,
  standstillMs: number = STANDSTILL_MS,
): Promise<Seen> {
  return eventually(look, check, { standstillMs: Math.max(standstillMs, STANDSTILL_MS) });
}

/** Opens the receivers and creates the initiator's key. */
export async function setStage(target: Target, api: PatientApi, initiatorKey: string): Promise<Stage> {
  const run = randomBytes(4).toString('hex');
  const receivers = isAble(target.receiver) ? await listenForReceivers(target.receiver) : undefined;
  return {
    target,
    api,
    sceneOf: (journey, remark) => ({
      target,
      api: api.call,
      initiatorKey,
      get receivers() {
        needed(target.receiver);
        if (receivers === undefined) throw new Error('The receivers are closed.');
        return receivers;
      },
      name: (what) => `e2e-${run}-${journey.name}-${what}`,
      remark,
    }),
    close: async () => receivers?.close(),
  };
}
