import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import { outcomeData } from '../deliver/attempt/callback.ts';
import { expectedEndpoints } from '../deliver/expected-endpoints.ts';
import { type Notification, notificationIdOf, untried } from '../deliver/state/notification.ts';
import type { TransactionReader } from '../deliver/state/transaction-reader.ts';
import { oldestShown, watermarkAt } from '../feed/watermark.ts';
import type { ConfigCache } from '../merchants/config-cache.ts';
import {
  isTerminal,
  type MerchantId,
  type Outcome,
  type TransactionId,
  type TransactionKey,
} from '../model.ts';
import type { OutcomeStore } from '../record/outcome-store.ts';
import type { Check } from '../record/pending-check.ts';
import type { Clock, ClockTrust } from '../runtime/environment.ts';
import { isoTime, MINUTE_MS, msOf } from '../time.ts';

/** Reads transactions back: their outcomes, and the state of their notifications. */

export interface QueryPorts {
  readonly outcomes: Pick<OutcomeStore, 'idsByReference'> & TransactionReader;
  readonly configs: ConfigCache;
  readonly clock: Clock;
  readonly clockTrust: ClockTrust;
  readonly retentionDays: number;
  readonly feedLagSeconds: number;
}

export type TransactionView = ReturnType<typeof viewOf>;

/** Maximum number of transactions on one page of a reference. Few transactions share an order, so pages stay small. */
export const MAX_REFERENCE_PAGE = 20;

/** Reads one transaction, as of a moment before the strongly consistent read. Undefined if it does not exist. */
export async function readTransaction(
  ports: QueryPorts,
  key: TransactionKey,
): Promise<{ readonly asOf: string; readonly transaction: TransactionView | undefined }> {
  const asOfMs = ports.clock.now();
  return { asOf: isoTime(asOfMs), transaction: await view(ports, key, asOfMs) };
}

interface ReferencePageQuery {
  readonly merchantId: MerchantId;
  readonly reference: string;
  readonly after?: TransactionId;
  readonly limit: number;
}

interface ReferencePage {
  readonly asOf: string;
  readonly items: readonly TransactionView[];
  readonly last?: TransactionId;
}

/** The transactions that carry a reference, as of the watermark. Outcomes recorded since then may be missing. */
export async function readByReference(
  ports: QueryPorts,
  options: ReferencePageQuery,
): Promise<ReferencePage> {
  const asOfMs = ports.clock.now();
  const page = await ports.outcomes.idsByReference(options);
  const views = await boundedMap(page.ids, MAX_REFERENCE_PAGE, (transactionId) =>
    view(ports, { merchantId: options.merchantId, transactionId }, asOfMs),
  );
  const last = page.ids.at(-1);
  return {
    asOf: watermarkAt(ports, asOfMs),
    items: views.filter((one) => one !== undefined),
    ...(page.more && last !== undefined && { last }),
  };
}

async function view(
  ports: QueryPorts,
  key: TransactionKey,
  nowMs: number,
): Promise<TransactionView | undefined> {
  const found = await findTransaction(ports, key, nowMs);
  return found && viewOf(found);
}

/** A transaction with all of its notifications: the written ones, and those that are expected and not written yet. */
export interface FoundTransaction {
  /** Oldest first. */
  readonly outcomes: readonly Outcome[];
  readonly latest: Outcome;
  readonly notifications: readonly Notification[];
  readonly check?: Check;
}

/** Reads one transaction with strong consistency. Undefined if it does not exist, or is older than the retention. */
export async function findTransaction(
  ports: QueryPorts,
  key: TransactionKey,
  nowMs: number,
): Promise<FoundTransaction | undefined> {
  const { outcomes, ...rest } = await ports.outcomes.transaction(key);
  // The answer states the time as of which it holds. A machine whose clock is off must not sign that.
  ports.clockTrust.assertTrusted();
  const latest = outcomes.at(-1);
  // Beyond the retention a transaction may be partly expired, and part of a transaction is a wrong answer.
  if (latest === undefined || latest.recordedAt < oldestShown(ports, nowMs)) return undefined;
  const found = { outcomes, latest, ...rest };
  return { ...found, notifications: await withUntried(ports, found, nowMs) };
}

/** Adds the notifications that are expected but not written yet. */
async function withUntried(
  ports: QueryPorts,
  { outcomes, latest, notifications }: FoundTransaction,
  nowMs: number,
): Promise<readonly Notification[]> {
  if (!isTerminal(latest)) return notifications;
  const config = await ports.configs.get(
    latest.merchantId,
    Math.max(msOf(latest.listedAt), nowMs - MINUTE_MS),
  );
  if (config === undefined) return notifications;
  const notifyUrl = latest.notifyUrl ?? outcomes[0]?.notifyUrl;
  const written = new Set(notifications.map(({ endpointId }) => endpointId));
  const missing = expectedEndpoints(latest, config, notifyUrl)
    .filter((endpointId) => !written.has(endpointId))
    .map((endpointId) => untried({ ...latest, endpointId }, latest.listedAt));
  return [...notifications, ...missing];
}

function viewOf({ outcomes, latest, notifications, check }: FoundTransaction) {
  return {
    ...outcomeData(latest),
    outcomes: outcomes.map(({ version, status, reason, occurredAt, recordedAt, listedAt }) => ({
      version,
      status,
      ...(reason !== undefined && { reason }),
      occurredAt,
      recordedAt,
      ...(listedAt !== undefined && { listedAt }),
    })),
    notifications: notifications.map(notificationView),
    ...(check !== undefined && { checkBack: checkView(check) }),
  };
}

/** Without the initiator's answers: they are for operators, see `unresolved.ts`. */
function checkView({ state, attempts, nextAttemptAt }: Check) {
  return { state, attempts, ...(nextAttemptAt !== undefined && { nextAttemptAt }) };
}

/** A notification as the API shows it. */
export function notificationView(notification: Notification) {
  const { endpointId, version, state, attempts, nextAttemptAt, responseSnippet, blockedReason, lastRequest } =
    notification;
  return {
    notificationId: notificationIdOf(notification),
    endpointId,
    version,
    state,
    ...(blockedReason !== undefined && { blockedReason }),
    attempts: attempts.map((attempt, index) => ({
      ...attempt,
      ...(index === attempts.length - 1 && responseSnippet !== undefined && { responseSnippet }),
    })),
    ...(nextAttemptAt !== undefined && { nextAttemptAt }),
    ...(lastRequest !== undefined && { lastRequest }),
  };
}
