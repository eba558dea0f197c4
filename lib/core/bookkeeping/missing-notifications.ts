import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import { expectedEndpoints } from '../deliver/expected-endpoints.ts';
import { type Notification, type NotificationKey, untried } from '../deliver/state/notification.ts';
import type { TransactionReader } from '../deliver/state/transaction-reader.ts';
import { type Fault, isUnreadable } from '../faults.ts';
import type { MerchantConfig } from '../merchants/merchant-config.ts';
import type { MerchantStore } from '../merchants/merchant-store.ts';
import { isTerminal, type MerchantId, type Outcome } from '../model.ts';
import type { Glance, OutcomeKey } from './glance.ts';

export interface LookPorts {
  readonly merchants: Pick<MerchantStore, 'read' | 'tombstone'>;
  readonly outcomes: TransactionReader;
  readonly glance: Glance;
}

/** Transactions of one merchant read exactly, side by side. */
const CONCURRENCY = 8;

/** What the rows of a window expect, and what of it is missing. */
export interface Expectation {
  /** The merchant's settings, once a row asked for them. */
  config?: MerchantConfig | undefined;
  missing: Notification[];
  expected: number;
  /** The first transaction that cannot be read. The audit restores what is missing of the others, then stops with it. */
  unreadable?: Fault;
}

/** Adds the number of notifications that these rows of a merchant expect, and the ones that are missing. */
export async function look(
  ports: LookPorts,
  merchantId: MerchantId,
  { rows, found }: { readonly rows: readonly Outcome[]; readonly found: Expectation },
): Promise<void> {
  if (rows.length === 0) return;
  found.config ??= await ports.merchants.read(merchantId);
  const { config } = found;
  // Erased since this walk began: nothing is expected any more.
  if (config === undefined && (await ports.merchants.tombstone(merchantId)) !== undefined) return;
  if (config === undefined) throw new Error(`${merchantId} is listed and has rows, but no profile.`);
  const complete = await countComplete(ports, config, rows);
  for (const count of complete) found.expected += count ?? 0;
  const doubtful = rows.filter((_row, place) => complete[place] === undefined);
  await boundedMap(doubtful, CONCURRENCY, (row) => readExactly(ports, config, { row, found }));
}

/**
 * Almost every row has all its notifications. They are recognised here by two reads, each of several hundred rows.
 *
 * @returns for each row the number of its notifications, if all were seen; undefined: the exact read decides
 */
async function countComplete(
  { glance }: Pick<LookPorts, 'glance'>,
  config: MerchantConfig,
  rows: readonly Outcome[],
): Promise<readonly (number | undefined)[]> {
  const wanted = await wantedBy({ glance }, config, rows);
  const notifications = await glance.notifications(wanted.flatMap((keys) => keys ?? []));
  let place = 0;
  return wanted.map((keys) => {
    if (keys === undefined) return undefined;
    const own = notifications.slice(place, place + keys.length);
    place += keys.length;
    return own.includes(undefined) ? undefined : keys.length;
  });
}

/** The notifications that each row expects. Undefined where an outcome of its transaction was not seen. */
async function wantedBy(
  { glance }: Pick<LookPorts, 'glance'>,
  config: MerchantConfig,
  rows: readonly Outcome[],
): Promise<readonly (readonly NotificationKey[] | undefined)[]> {
  const keys = rows.flatMap(outcomeKeys);
  const outcomes = await glance.outcomes(keys);
  const seen = new Map(keys.map((key, place) => [nameOf(key), outcomes[place]]));
  return rows.map((row) => {
    const [outcome, pending] = outcomeKeys(row).map((key) => seen.get(nameOf(key)));
    if (outcome === undefined || !isTerminal(outcome)) return undefined;
    if (row.version > 1 && pending === undefined) return undefined;
    const endpointIds = expectedEndpoints(outcome, config, outcome.notifyUrl ?? pending?.notifyUrl);
    return endpointIds.map((endpointId) => ({ ...outcome, endpointId }));
  });
}

/** The outcome, and the PENDING before it: its callback URL counts for both. */
function outcomeKeys({ merchantId, transactionId, version }: Outcome): readonly OutcomeKey[] {
  const own = { merchantId, transactionId, version };
  return version === 1 ? [own] : [own, { ...own, version: 1 }];
}

const nameOf = ({ transactionId, version }: OutcomeKey) => `${transactionId}#${version}`;

interface ExactRow {
  readonly row: Outcome;
  readonly found: Expectation;
}

async function readExactly(
  { outcomes: reader }: Pick<LookPorts, 'outcomes'>,
  config: MerchantConfig,
  { row, found }: ExactRow,
): Promise<void> {
  const { version } = row;
  const transaction = await reader.transaction(row).catch((error: unknown) => {
    if (!isUnreadable(error)) throw error;
    found.unreadable ??= error;
  });
  if (transaction === undefined) return;
  const { outcomes, notifications } = transaction;
  const outcome = outcomes.find((one) => one.version === version);
  if (outcome === undefined || !isTerminal(outcome)) return;
  const notifyUrl = outcome.notifyUrl ?? outcomes[0]?.notifyUrl;
  const there = new Set(
    notifications.filter((one) => one.version === version).map(({ endpointId }) => endpointId),
  );
  const endpointIds = expectedEndpoints(outcome, config, notifyUrl);
  found.expected += endpointIds.length;
  for (const endpointId of endpointIds) {
    if (!there.has(endpointId)) found.missing.push(untried({ ...outcome, endpointId }, outcome.listedAt));
  }
}
