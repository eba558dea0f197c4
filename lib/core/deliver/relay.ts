import { boundedMap, runTogether } from '../../protocol/runtime/bounded-map.ts';
import type { DeliveryLane } from '../events.ts';
import { Fault, isUnreadable } from '../faults.ts';
import type { ConfigCache } from '../merchants/config-cache.ts';
import type { ErasureStore, MerchantRows } from '../merchants/erasing/erasure-store.ts';
import { isTerminal, type Outcome } from '../model.ts';
import type { OutcomeStore } from '../record/outcome-store.ts';
import type { CheckMessage } from '../record/pending-check.ts';
import { PROFILE_MAX_AGE_MS } from '../record/record.ts';
import { CLOCKS_DIFFER_MS, type Clock, type ClockTrust, type Reporter } from '../runtime/environment.ts';
import { msOf, SECOND_MS } from '../time.ts';
import { circuitOf } from './attempt/target.ts';
import type { Dispatcher, Due } from './dispatcher.ts';
import { expectedEndpoints } from './expected-endpoints.ts';
import type { HealthMonitor } from './health/health-monitor.ts';
import { notifyUrlOf } from './notify-url.ts';
import type { NotificationMessage } from './state/notification.ts';

interface RecordToPark {
  readonly recordId: string;
  readonly reason: string;
  readonly payload: string;
}

/** Keeps records that cannot be relayed, with the reason, so that none is dropped and none blocks the stream. */
export interface Parking {
  park(record: RecordToPark): Promise<void>;
}

/** One record of the table's stream: the inserted outcome, or the reason why it cannot be read. */
export type StreamedOutcome =
  | {
      readonly kind: 'outcome';
      readonly recordId: string;
      readonly outcome: Outcome;
      readonly payload: string;
    }
  | {
      readonly kind: 'unreadable';
      readonly recordId: string;
      readonly reason: string;
      readonly payload: string;
    };

/** Records processed concurrently: as many as the SDK keeps connections open. Their order does not matter. */
const CONCURRENCY = 50;

export interface RelayPorts {
  readonly outcomes: OutcomeStore;
  readonly configs: ConfigCache;
  readonly dispatcher: Pick<Dispatcher, 'sendNow' | 'sendAllAt'>;
  readonly parking: Parking;
  readonly reporter: Reporter;
  readonly health: Pick<HealthMonitor, 'isSlowOrOpen'>;
  readonly erasures: Pick<ErasureStore, 'read'>;
  readonly rows: Pick<MerchantRows, 'removeTransaction'>;
  readonly clock: Clock;
  readonly clockTrust: ClockTrust;
}

/** The messages made from one record. */
interface Relayed {
  readonly deliveries: readonly RoutedMessage[];
  readonly checks: readonly Due<CheckMessage>[];
}

const NO_MESSAGES: Relayed = { deliveries: [], checks: [] };

/**
 * Turns recorded outcomes into messages, one for each expected endpoint. Returns only once the queues have accepted
 * all of them. After a fault the whole batch is relayed again, which the fence makes harmless. A record that can never
 * be relayed is parked, so that it blocks neither the other records nor the stream.
 */
export async function relay(ports: RelayPorts, records: readonly StreamedOutcome[]): Promise<void> {
  const startedAtMs = ports.clock.now();
  const relayed = await boundedMap(records, CONCURRENCY, (record) => relayRecord(ports, record, startedAtMs));
  const deliveries = relayed.flatMap((one) => one.deliveries);
  const checks = relayed.flatMap((one) => one.checks);
  const sendings = [
    () => ports.dispatcher.sendNow('first', messagesOf(deliveries, 'first')),
    () => ports.dispatcher.sendNow('retry', messagesOf(deliveries, 'retry')),
    () => ports.dispatcher.sendAllAt(checks),
  ];
  await runTogether(sendings);
  ports.reporter.report({
    event: 'relayed',
    outcomes: records.length,
    messages: deliveries.length + checks.length,
  });
}

function messagesOf(
  deliveries: readonly RoutedMessage[],
  lane: DeliveryLane,
): readonly NotificationMessage[] {
  return deliveries.filter((one) => one.lane === lane).map(({ message }) => message);
}

async function relayRecord(
  ports: RelayPorts,
  record: StreamedOutcome,
  startedAtMs: number,
): Promise<Relayed> {
  if (record.kind === 'unreadable') return park(ports, record, record.reason);
  const found = await relayOutcome(ports, record.outcome, startedAtMs).catch(unrelayable);
  return 'reason' in found ? park(ports, record, found.reason) : found;
}

/** First attempts to slow or dead endpoints go to the retry lane, where they do not hold up other first attempts. */
async function laneOf(
  ports: RelayPorts,
  message: NotificationMessage,
  about: Parameters<typeof circuitOf>[1],
): Promise<DeliveryLane> {
  return (await ports.health.isSlowOrOpen(circuitOf(message, about))) ? 'retry' : 'first';
}

interface RoutedMessage {
  readonly lane: DeliveryLane;
  readonly message: NotificationMessage;
}

async function relayOutcome(
  ports: RelayPorts,
  outcome: Outcome,
  startedAtMs: number,
): Promise<Relayed | { readonly reason: string }> {
  if (!isTerminal(outcome)) return relayPending(ports, outcome);
  const notifyUrl = await notifyUrlOf(ports.outcomes, outcome);
  if (outcome.version === 2) await ports.outcomes.settlePending(outcome);
  // An endpoint list may be used only for outcomes stamped before the list was read. It then includes every setting in
  // force at the stamp, because a widening is written before it takes effect (`merchants/dated-writes.ts`).
  const notBeforeMs = Math.min(msOf(outcome.listedAt) + CLOCKS_DIFFER_MS, startedAtMs);
  const config = await ports.configs.get(outcome.merchantId, notBeforeMs);
  if (config === undefined) {
    const isErased = await ports.configs.isErased(outcome.merchantId);
    return isErased ? dropOfErased(ports, outcome) : { reason: 'unknown_merchant' };
  }
  // This compares stamps of two machines. With a wrong clock, an old list would seem fresh.
  ports.clockTrust.assertTrusted();
  const { merchantId, transactionId, version } = outcome;
  const endpointIds = expectedEndpoints(outcome, config, notifyUrl);
  const deliveries = await Promise.all(
    endpointIds.map(async (endpointId): Promise<RoutedMessage> => {
      const message = { merchantId, transactionId, version, endpointId, rev: 0 };
      const endpoint = config.endpoints.find((one) => one.endpointId === endpointId);
      return { lane: await laneOf(ports, message, { endpoint, notifyUrl }), message };
    }),
  );
  return { deliveries, checks: [] };
}

/**
 * An erased merchant gets nothing, and what it was sent is not kept aside either. An outcome that comes after the deletion of
 * its rows began is deleted here: the job may have passed the place where it is listed. Before that, the job finds it.
 */
async function dropOfErased({ erasures, rows }: RelayPorts, outcome: Outcome): Promise<Relayed> {
  const hasBegun = (await erasures.read(outcome.merchantId)) !== undefined;
  if (hasBegun) await rows.removeTransaction(outcome);
  return NO_MESSAGES;
}

/**
 * Schedules the first check of a PENDING, `checkBack.afterSeconds` after it was recorded. Without `checkBack` there is no
 * address to ask: the check waits for the horizon, and the sweep finds it there.
 */
async function relayPending(ports: RelayPorts, outcome: Outcome): Promise<Relayed> {
  const { clock, configs } = ports;
  const { merchantId, transactionId, checkBack, recordedAt } = outcome;
  const config = await configs.get(merchantId, clock.now() - PROFILE_MAX_AGE_MS);
  if (config === undefined && (await configs.isErased(merchantId))) return dropOfErased(ports, outcome);
  if (checkBack === undefined) return NO_MESSAGES;
  const afterMs = checkBack.afterSeconds * SECOND_MS;
  // With a clock that is behind, the remaining wait would exceed `afterSeconds`. Hence the minimum.
  const atMs = Math.min(msOf(recordedAt), clock.now()) + afterMs;
  return { deliveries: [], checks: [{ message: { merchantId, transactionId, rev: 0 }, atMs }] };
}

/**
 * Rethrows what can be repaired: any AWS refusal, a missing permission included. The batch then waits. Any other
 * failure means that waiting cannot make the record relayable; it would block the stream for ever, so it is parked.
 */
function unrelayable(error: unknown): { readonly reason: string } {
  if (error instanceof Fault && !isUnreadable(error)) throw error;
  return { reason: `not_relayable: ${String(error).slice(0, 300)}` };
}

async function park(ports: RelayPorts, record: StreamedOutcome, reason: string): Promise<Relayed> {
  await ports.parking.park({ recordId: record.recordId, reason, payload: record.payload });
  ports.reporter.report({ event: 'record_parked', recordId: record.recordId, reason });
  return NO_MESSAGES;
}
