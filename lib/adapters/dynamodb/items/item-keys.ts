import { isAboutAlert, type Tally } from '../../../core/deliver/alerts/alert.ts';
import type { DueKey } from '../../../core/deliver/due-index.ts';
import type { Circuit } from '../../../core/deliver/health/circuit.ts';
import type { RatedEndpoint } from '../../../core/deliver/rate/rate-limiter.ts';
import { type NotificationKey, notificationKeySchema } from '../../../core/deliver/state/notification.ts';
import type { EndpointId, MerchantId, TransactionKey } from '../../../core/model.ts';
import { partitionOf } from '../../../core/partitions.ts';
import { checkKeySchema } from '../../../core/record/pending-check.ts';
import type { GatedPlace } from '../../../core/runtime/gate.ts';
import type { NotificationState } from '../../../protocol/contract-words.ts';
import { transactionPk, versionDigits } from '../../../protocol/table/outcome-layout.ts';

/**
 * The table keys that only the service writes. The keys of outcomes are in the protocol. Ids are validated earlier: none
 * contains a `#`.
 */

export const INDEXES = {
  feed: 'feed',
  reference: 'reference',
  due: 'due',
  undelivered: 'undelivered',
} as const;

export const notificationSk = ({ version, endpointId }: Pick<NotificationKey, 'version' | 'endpointId'>) =>
  `N#${versionDigits(version)}#${endpointId}`;

/** Alerts of a merchant in order of their ids; the notifications of each follow it. */
export const alertsPk = (merchantId: MerchantId) => `I#${merchantId}`;
const alertNotificationSk = (alertId: string, endpointId: EndpointId) => `${alertId}#${endpointId}`;
/** The repeats of one kind of news about one endpoint in one hour. */
export const repeatsPk = (merchantId: MerchantId, { endpointId, type, hour }: Tally) =>
  `I#${merchantId}#${endpointId}#${type}#${hour}`;

/** Where a notification is: with its transaction, or with its alert, where no reader of outcomes and counts looks. */
export function notificationItemKey(key: NotificationKey): { readonly pk: string; readonly sk: string } {
  return isAboutAlert(key)
    ? { pk: alertsPk(key.merchantId), sk: alertNotificationSk(key.transactionId, key.endpointId) }
    : { pk: transactionPk(key), sk: notificationSk(key) };
}

export const duePk = (key: NotificationKey) =>
  `Q#${partitionOf(`${transactionPk(key)}#${key.version}#${key.endpointId}`)}`;
export const CHECK_SK = 'C#0001';
export const dueCheckPk = (key: TransactionKey) => `Q#${partitionOf(`${transactionPk(key)}#check`)}`;
/**
 * Unresolved transactions of all merchants share partitions (`*` is not a merchant id), so that operators see them
 * without walking the directory. The sort key begins with the merchant, so one merchant's rows are a range of keys.
 */
export const unresolvedPk = (key: TransactionKey) => unresolvedPartitionPk(partitionOf(key.transactionId));
export const unresolvedPartitionPk = (partition: number) => `U#*#${partition}`;
/** @param order the position among the unresolved transactions, or a prefix of it */
export const unresolvedSk = (order: string) => `unresolved#${order}`;
export const undeliveredPk = (key: TransactionKey) => `U#${key.merchantId}#${partitionOf(key.transactionId)}`;

/** @param order a time, or the position of a notification in listing order */
export const undeliveredSk = (state: NotificationState, order: string) => `${state}#${order}`;

export const endpointSk = (endpointId: EndpointId) => `E#${endpointId}`;
export const directoryPk = (merchantId: MerchantId) => `D#${partitionOf(merchantId)}`;

export const windowPk = (merchantId: MerchantId) => `W#${merchantId}`;
/** In the same partition as the windows. Their sort keys begin with a digit, so a range read of windows skips these rows. */
export const bucketsSk = (start: string) => `B#${start}`;
/** Also in that partition, and skipped in the same way: what the audit expects of a window. */
export const expectationSk = (start: string) => `${EXPECTATION_SK_START}${start}`;
export const EXPECTATION_SK_START = 'X#';
export const jobPk = (jobId: string) => `J#${jobId}`;
export const JOB_SK = 'JOB';
/** The partition that lists the running jobs. It is small, since they are few. */
export const RUNNING_JOBS_PK = 'J#running';
/** One of a merchant's few places for running jobs. A row at a place keeps other jobs out. */
export const runningJobSk = ({
  merchantId,
  slot,
}: {
  readonly merchantId: MerchantId;
  readonly slot: number;
}) => `${merchantId}#${slot}`;

/** Lists a merchant's jobs by creation. Cannot collide with a job: no job id contains a `#`. */
export const jobListPk = (merchantId: MerchantId) => `J#of#${merchantId}`;

/** How far the deletion of an erased merchant's rows is. Beside the jobs, with which it shares its runner and its rights. */
export const erasurePk = (merchantId: MerchantId) => `J#erasure#${merchantId}`;
export const ERASURE_SK = 'ERASURE';
/** The partition that lists erased merchants whose rows are not yet deleted. Cannot collide with a job either. */
export const OPEN_ERASURES_PK = 'J#erasures#open';

/** Cannot collide with a job: no job id contains a `#`. The sort key is the date. */
export const statementPk = (merchantId: MerchantId) => `J#statement#${merchantId}`;

/** Holds the marks of a directory partition, and its merchants' rows, whose sort keys begin with `M#`. */
export const directoryPartitionPk = (partition: number) => `D#${partition}`;
export const CLOSED_SK = 'CLOSED';
export const AUDITED_SK = 'AUDITED';
export const STATED_SK = 'STATED';

export const duePartitionPk = (partition: number) => `Q#${partition}`;
export const undeliveredPartitionPk = (merchantId: MerchantId, partition: number) =>
  `U#${merchantId}#${partition}`;

export const healthPk = ({ merchantId, circuitId }: Circuit) => `H#${merchantId}#${circuitId}`;
export const HEALTH_SK = 'HEALTH';

/** Beside health, without a hash of the settings: a changed URL or a re-enabled endpoint keeps its rate. */
export const ratePk = ({ merchantId, endpointId }: RatedEndpoint) => `H#${merchantId}#${endpointId}`;
export const RATE_SK = 'RATE';

export const gatePk = ({ merchantId, name }: GatedPlace) => `G#${merchantId}#${name}`;
export const GATE_SK = 'GATE';

export const keyPk = (keyId: string) => `K#${keyId}`;
export const KEY_SK = 'KEY';
/** Lists the keys of one owner. `*` is not a merchant id and means "no merchant". */
export const keyListPk = (owner: MerchantId | undefined) => `L#${owner ?? '*'}`;

/** A session of the console, or a link that opens one, by the hash of its token. */
export const sessionPk = (tokenHash: string) => `S#${tokenHash}`;
export const SESSION_SK = 'SESSION';
export const LINK_SK = 'LINK';

/** A month of the audit log of one merchant, or of the account. */
export const auditLogPk = (owner: MerchantId | undefined, month: string) => `A#${owner ?? '*'}#${month}`;

/** Parses a notification's key from an index row, which holds nothing else. */
export function notificationKeyOf(row: Readonly<Record<string, unknown>>): NotificationKey | undefined {
  const [kind, merchantId, transactionId] = String(row.pk).split('#');
  const [marker, version, endpointId] = String(row.sk).split('#');
  if (kind !== 'T' || marker !== 'N') return undefined;
  const parsed = notificationKeySchema().safeParse({
    merchantId,
    transactionId,
    version: Number(version),
    endpointId,
  });
  return parsed.success ? parsed.data : undefined;
}

export function checkKeyOf(row: Readonly<Record<string, unknown>>): TransactionKey | undefined {
  const [kind, merchantId, transactionId] = String(row.pk).split('#');
  if (kind !== 'T' || row.sk !== CHECK_SK) return undefined;
  const parsed = checkKeySchema().safeParse({ merchantId, transactionId });
  return parsed.success ? parsed.data : undefined;
}

function alertNotificationKeyOf(row: Readonly<Record<string, unknown>>): NotificationKey | undefined {
  const [kind, merchantId] = String(row.pk).split('#');
  const [transactionId, endpointId] = String(row.sk).split('#');
  if (kind !== 'I') return undefined;
  const parsed = notificationKeySchema().safeParse({ merchantId, transactionId, version: 1, endpointId });
  return parsed.success ? parsed.data : undefined;
}

/** Parses the key of a notification or a check from a row of the due index. */
export function dueKeyOf(row: Readonly<Record<string, unknown>>): DueKey | undefined {
  const check = checkKeyOf(row);
  if (check !== undefined) return { kind: 'check', key: check };
  const key = notificationKeyOf(row) ?? alertNotificationKeyOf(row);
  return key === undefined ? undefined : { kind: 'notification', key };
}

export const parkedPk = (day: string, recordId: string) => parkedPartitionPk(day, partitionOf(recordId));
export const parkedPartitionPk = (day: string, partition: number) => `P#${day}#${partition}`;
