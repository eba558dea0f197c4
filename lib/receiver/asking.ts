import { ACCESS_KEY, ENDPOINT_ID } from '../protocol/id-forms.ts';
import {
  formProblem,
  functionsProblem,
  integerProblem,
  LONGEST_WAIT_MS,
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
import { type Now, systemPauses } from './pauses.ts';
import { assertOptions, ReceiverFault } from './receiver-fault.ts';
import { createWindowQuestions } from './reconciling/questions.ts';
import {
  type ReconcileOptions,
  type ReconcilePorts,
  type ReconcileReport,
  reconcile,
} from './reconciling/reconcile.ts';
import { compareTotals, type Totals } from './reconciling/totals.ts';
import { fullHour } from './times.ts';

export interface AskingOptions extends ServiceOptions {
  /**
   * Start of this receiver's responsibility: a full hour, ISO 8601, with Z or an offset. Outcomes that were listed
   * earlier are not looked at. Required until a first run has stored its checkpoint. The store keeps the earliest `since` that a run
   * was given: a later one leaves out nothing.
   */
  readonly since?: string;
  /** The `types` of the receiver's endpoint. Outcomes of other types do not count as missing. Default: all types. */
  readonly types?: readonly string[];
}

/** Ways to get outcomes whose callbacks never came. All of them apply through the same `onOutcome`. */
export interface Asking {
  /** Asks for the state of an order that has waited too long, and applies the outcomes that the service has for it. */
  due(order: Order): Promise<DueAnswer>;
  /** Reads the feed from its checkpoint, and applies new outcomes. */
  follow(options?: FollowOptions): Promise<FollowReport>;
  /** Compares all listed outcomes with the applied ones, and applies the missing ones. */
  reconcile(options?: ReconcileOptions): Promise<ReconcileReport>;
  /**
   * Returns the digests of both sides, which show whether anything is missing. Changes nothing. Default range: from
   * `since`, or without it from two hours before the checkpoint of `reconcile`, to the end of the last closed window.
   */
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
  if (since !== undefined) fullHour(since, 'service.since');
  const types = eventTypes(service.types);
  const client: Client = createClient({
    ...service,
    merchantId,
    ...(options.now !== undefined && { now: options.now }),
  });
  const { store } = applying;
  const hasConflictHandler = onConflict !== undefined;
  const taking = createTaking({ merchantId, client, store, applying, hasConflictHandler });
  const questions = createWindowQuestions(client, types);
  const ports: ReconcilePorts = {
    merchantId,
    client,
    questions,
    taking,
    applying,
    store,
    types,
    hasConflictHandler,
    since,
  };
  return {
    due: (order) => askDue(ports, order),
    follow: (run) => follow({ ...ports, pauses: service.pauses ?? systemPauses }, run),
    reconcile: (run) => reconcile(ports, run),
    compare: (range) => compareTotals(ports, range),
  };
}

/**
 * Checks the options of `service`, except secrets (checked where answers are verified), times and types (checked
 * where they are parsed). All checks run before the first request.
 */
function serviceProblems(service: AskingOptions): readonly (string | undefined)[] {
  const problem = optionsProblem('service', service);
  if (problem !== undefined) return [problem];
  const { since, types, pauses, endpointId } = service;
  return [
    serviceUrlProblem('service.url', service.url),
    formProblem('service.key', service.key, { pattern: ACCESS_KEY, form: 'of the form tk_<id>_<secret>' }),
    integerProblem('service.timeoutMs', service.timeoutMs, { min: 1, max: LONGEST_WAIT_MS }),
    integerProblem('service.tries', service.tries, { min: 1 }),
    integerProblem('service.maxAgeSeconds', service.maxAgeSeconds, { min: 1 }),
    optionalFunctionProblem('service.fetch', service.fetch),
    pauses === undefined ? undefined : functionsProblem('service.pauses', pauses, ['sleep', 'fraction']),
    endpointId === undefined
      ? undefined
      : formProblem('service.endpointId', endpointId, {
          pattern: ENDPOINT_ID,
          form: 'the id of an endpoint',
        }),
    since === undefined ? undefined : textProblem('service.since', since),
    types === undefined || Array.isArray(types) ? undefined : 'service.types must be an array.',
  ];
}

async function missing(): Promise<never> {
  throw new ReceiverFault('service_missing', 'createReceiver needs the option service for this call.');
}
