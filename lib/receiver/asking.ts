import {
  formProblem,
  functionsProblem,
  integerProblem,
  optionalFunctionProblem,
  optionsProblem,
  serviceUrlProblem,
  textProblem,
} from '../protocol/runtime/option-rules.ts';
import type { Applying, ApplyingOptions } from './applying.ts';
import { askDue, type DueAnswer, type Order } from './asking/due.ts';
import { type FollowOptions, type FollowReport, follow } from './asking/follow.ts';
import { type Client, createClient, type ServiceOptions } from './asking/service-client.ts';
import { createTaking } from './asking/taking.ts';
import { eventTypes } from './event-types.ts';
import { assertOptions, ReceiverFault } from './faults.ts';
import { type Now, systemPauses } from './pauses.ts';
import { createWindowQuestions } from './reconciling/questions.ts';
import {
  type ReconcileOptions,
  type ReconcilePorts,
  type ReconcileReport,
  reconcile,
} from './reconciling/reconcile.ts';
import { compareTotals, type Totals } from './reconciling/totals.ts';
import type { ReceiverStore } from './stores/receiver-store.ts';
import { fullHour } from './times.ts';

export interface AskingOptions extends ServiceOptions {
  /**
   * From when on this receiver answers for what was applied: a full hour, ISO 8601, with Z or its offset. What was listed
   * before is never looked at. Needed until something was asked for.
   */
  readonly since?: string;
  /** The `types` of the receiver's endpoint, where it has some: nothing else is missed. */
  readonly types?: readonly string[];
}

/** The ways to outcomes whose callbacks never came. All apply through the same `onOutcome`. */
export interface Asking {
  /** Asks how an order stands that has waited too long, and applies what has ended. */
  due(order: Order): Promise<DueAnswer>;
  /** Reads the feed from where it was left, and applies what is new. */
  follow(options?: FollowOptions): Promise<FollowReport>;
  /** Finds what is missing among all that was listed, and applies it. */
  reconcile(options?: ReconcileOptions): Promise<ReconcileReport>;
  /** Both digests side by side: whether anything is missing. Changes nothing. */
  compare(range?: { readonly from?: string; readonly to?: string }): Promise<Totals | undefined>;
}

export function createAsking<Tx>(
  options: ApplyingOptions<Tx> & { readonly now?: Now; readonly service?: AskingOptions },
  applying: Applying,
): Asking {
  const { service, merchantId, onConflict } = options;
  if (service === undefined) return { due: missing, follow: missing, reconcile: missing, compare: missing };
  assertOptions(serviceProblems(service));
  const { since } = service;
  if (since !== undefined) fullHour(since);
  const types = eventTypes(service.types);
  const client: Client = createClient({
    ...service,
    merchantId,
    ...(options.now !== undefined && { now: options.now }),
  });
  // Asking never begins a transaction of its own: what it applies goes by `applying`.
  const store = options.store as ReceiverStore<never>;
  const isTold = onConflict !== undefined;
  const taking = createTaking({ merchantId, client, store, applying, isTold });
  const questions = createWindowQuestions(client, types);
  const ports: ReconcilePorts = {
    merchantId,
    client,
    questions,
    taking,
    applying,
    store,
    types,
    isTold,
    since,
  };
  return {
    due: (order) => askDue(ports, order),
    follow: (run) => follow({ ...ports, pauses: service.pauses ?? systemPauses }, run),
    reconcile: (run) => reconcile(ports, run),
    compare: (range) => compareTotals(ports, range),
  };
}

/** Secrets are read where answers are verified, times and types where they are used; all of it before anything is asked. */
function serviceProblems(service: AskingOptions): readonly (string | undefined)[] {
  const problem = optionsProblem('service', service);
  if (problem !== undefined) return [problem];
  const { since, types, pauses } = service;
  return [
    serviceUrlProblem('service.url', service.url),
    formProblem('service.key', service.key, { pattern: /^tk_\S+$/, form: 'of the form tk_<id>_<secret>' }),
    integerProblem('service.timeoutMs', service.timeoutMs, { min: 1 }),
    integerProblem('service.tries', service.tries, { min: 1 }),
    integerProblem('service.maxAgeSeconds', service.maxAgeSeconds, { min: 1 }),
    optionalFunctionProblem('service.fetch', service.fetch),
    pauses === undefined ? undefined : functionsProblem('service.pauses', pauses, ['sleep', 'fraction']),
    since === undefined ? undefined : textProblem('service.since', since),
    types === undefined || Array.isArray(types) ? undefined : 'service.types is not an array.',
  ];
}

async function missing(): Promise<never> {
  throw new ReceiverFault('service_missing', 'createReceiver was given no service to ask.');
}
