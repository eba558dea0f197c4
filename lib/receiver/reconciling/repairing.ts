import { addHashes, BUCKETS, bucketOf, groupOf, subtractHashes } from '../../protocol/row-digest.ts';
import type { Applying } from '../applying.ts';
import { type Client, nextOf } from '../asking/service-client.ts';
import type { Counts, Taking } from '../asking/taking.ts';
import type { EventTypes } from '../event-types.ts';
import type { AppliedOutcome, ReceiverStore } from '../stores/receiver-store.ts';
import { compare, type Difference } from './comparing.ts';
import type { Bucket, WindowQuestions } from './questions.ts';

export interface RepairPorts {
  readonly merchantId: string;
  readonly client: Client;
  readonly questions: WindowQuestions;
  readonly taking: Taking;
  readonly applying: Applying;
  readonly store: Pick<ReceiverStore<never>, 'rows' | 'digests'>;
  readonly types: EventTypes;
  /** Whether `onConflict` is set. */
  readonly hasConflictHandler: boolean;
}

/** Approximate size of the parts of an answer in bytes. Used to choose the cheaper way. */
const COST = { request: 1_000, bucket: 70, row: 350 };

/** How often one run starts on the same window. A window is revised at most once or twice in its life. */
const MAX_STARTS = 3;

type Repair = 'settled' | 'revised';

/**
 * Finds the differences in one closed window and settles them. If the service revises the window meanwhile, the repair
 * of that window starts again, at most {@link MAX_STARTS} times; then the window counts as unsettled.
 */
export async function repairWindow(ports: RepairPorts, window: Difference, counts: Counts): Promise<void> {
  let differing: Difference | undefined = window;
  for (let starts = 1; differing !== undefined; starts += 1) {
    if ((await repairRevision(ports, differing, counts)) === 'settled') return;
    if (starts === MAX_STARTS) {
      counts.unsettled += 1;
      return;
    }
    differing = await compareAgain(ports, differing);
  }
}

/** Compares the same window again with its current revision; undefined if nothing differs any more. */
async function compareAgain(ports: RepairPorts, window: Difference): Promise<Difference | undefined> {
  const everySeconds = (window.toMs - window.fromMs) / 1_000;
  const there = await ports.questions.slices(window, 'window');
  const { differences } = await compare(ports, { ...window, everySeconds, there });
  return differences[0];
}

/** Repairs one revision of a window, by bucket or by reading all rows, whichever is cheaper. */
async function repairRevision(ports: RepairPorts, window: Difference, counts: Counts): Promise<Repair> {
  const buckets = isCheaperWhole(window) ? undefined : await ports.questions.buckets(window.fromMs);
  if (buckets === undefined) {
    const expected = { count: window.there, hash: window.thereHash };
    return repairRows(ports, window, { bucket: undefined, expected, counts });
  }
  for (const bucket of await differingBuckets(ports, window, buckets)) {
    const expected = buckets.find((one) => one.bucket === bucket) ?? { count: 0, hash: 0n };
    if ((await repairRows(ports, window, { bucket, expected, counts })) === 'revised') return 'revised';
  }
  return 'settled';
}

/**
 * Whether reading all rows costs less than reading the differing buckets. This is so if most of the window is missing,
 * as after an outage, because nearly every bucket would be read. It is also so if the window is small, because its rows
 * take no more space than the list of its buckets.
 */
function isCheaperWhole({ here, there }: Difference): boolean {
  const missing = Math.max(1, there - here);
  const asked = Math.min(BUCKETS, missing);
  const whole = Math.ceil(there / 500) * COST.request + there * COST.row;
  const byBucket =
    (1 + asked) * COST.request +
    Math.min(BUCKETS, there) * COST.bucket +
    asked * Math.max(1, there / BUCKETS) * COST.row;
  return whole <= byBucket;
}

async function differingBuckets(
  { store, merchantId, types }: RepairPorts,
  { fromMs, toMs }: Difference,
  there: readonly Bucket[],
): Promise<readonly number[]> {
  const sums = new Map<number, bigint>(there.map(({ bucket, hash }) => [bucket, hash]));
  for await (const row of store.rows({ merchantId, fromMs, toMs })) {
    if (!types.includes(row)) continue;
    const bucket = bucketOf(row.transactionId);
    sums.set(bucket, subtractHashes(sums.get(bucket) ?? 0n, groupOf(row).hash));
  }
  return [...sums].filter(([, difference]) => difference !== 0n).map(([bucket]) => bucket);
}

/**
 * Compares the rows of a window, or of one of its buckets, on both sides. Rows that are missing here are applied. Rows
 * that exist only here are reported as conflicts.
 */
async function repairRows(
  ports: RepairPorts,
  { fromMs, toMs }: Difference,
  of: {
    readonly bucket: number | undefined;
    /** Row count and hash of the window or bucket, from the service's digest. */
    readonly expected: { readonly count: number; readonly hash: bigint };
    readonly counts: Counts;
  },
): Promise<Repair> {
  const { questions, taking, store, merchantId, types } = ports;
  const { bucket, expected, counts } = of;
  const listed = new Set<string>();
  let hash = 0n;
  let cursor: string | undefined;
  do {
    const page = await questions.rows(fromMs, { bucket, cursor });
    if (page === 'revised') return page;
    for (const row of page.items) {
      listed.add(row.transactionId);
      hash = addHashes(hash, groupOf(row).hash);
    }
    await taking.listed(page.items, counts);
    cursor = nextOf(page, cursor);
  } while (cursor !== undefined);
  // If the list does not match its digest, a row may be missing. Unsettled: the mark stays, and the next run asks again.
  if (listed.size !== expected.count || hash !== expected.hash) counts.unsettled += 1;

  const range = { merchantId, fromMs, toMs, ...(bucket !== undefined && { bucket }) };
  for await (const row of store.rows(range)) {
    if (types.includes(row) && !listed.has(row.transactionId)) await settleExtra(ports, row, counts);
  }
  return 'settled';
}

/** A row that was applied here and is not listed by the service. It cannot be repaired here, so it becomes a conflict. */
async function settleExtra(ports: RepairPorts, applied: AppliedOutcome, counts: Counts): Promise<void> {
  const { client, taking, applying, hasConflictHandler } = ports;
  const answer = await client.transaction(applied.transactionId);
  if (answer.kind === 'ended') {
    const { kind } = await taking.takeAnswer(answer, counts);
    if (kind === 'conflict') return;
  }
  const kind = answer.kind === 'unknown' ? 'unknown_there' : 'unlisted_there';
  await applying.conflict({ kind, applied, asOf: answer.asOf });
  counts.conflicts += 1;
  if (!hasConflictHandler) counts.unsettled += 1;
}
