import { addHashes, bucketOf, groupOf } from '../../protocol/row-digest.ts';
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
  /** Whether conflicts are given to somebody. */
  readonly isTold: boolean;
}

const BUCKETS = 256;
const MODULUS = 1n << 128n;
/** About what the parts of an answer take, for choosing the cheaper way: bytes. */
const COST = { request: 1_000, bucket: 70, row: 350 };

/** Times that a window is begun in one run: it is revised once or twice in its life, if at all. */
const MAX_BEGINNINGS = 3;

type Repair = 'settled' | 'revised';

/**
 * Finds in one closed window what differs, and settles it. Where the service revises the window meanwhile, it begins that
 * window again.
 */
export async function repairWindow(ports: RepairPorts, window: Difference, counts: Counts): Promise<void> {
  let differing: Difference | undefined = window;
  for (let beginnings = 1; differing !== undefined; beginnings += 1) {
    if ((await repairRevision(ports, differing, counts)) === 'settled') return;
    if (beginnings === MAX_BEGINNINGS) {
      counts.unsettled += 1;
      return;
    }
    differing = await lookAgain(ports, differing);
  }
}

/** The same window as the service has it now; undefined where nothing of it differs any more. */
async function lookAgain(ports: RepairPorts, window: Difference): Promise<Difference | undefined> {
  const everySeconds = (window.toMs - window.fromMs) / 1_000;
  const there = await ports.questions.slices(window, 'window');
  const { differences } = await compare(ports, { ...window, everySeconds, there });
  return differences[0];
}

/** Bucket by bucket or row by row, whichever is cheaper. */
async function repairRevision(ports: RepairPorts, window: Difference, counts: Counts): Promise<Repair> {
  const buckets = isCheaperWhole(window) ? undefined : await ports.questions.buckets(window.fromMs);
  if (buckets === undefined) {
    const said = { count: window.there, hash: window.thereHash };
    return repairRows(ports, window, { bucket: undefined, said, counts });
  }
  for (const bucket of await differingBuckets(ports, window, buckets)) {
    const said = buckets.find((one) => one.bucket === bucket) ?? { count: 0, hash: 0n };
    if ((await repairRows(ports, window, { bucket, said, counts })) === 'revised') return 'revised';
  }
  return 'settled';
}

/**
 * Where most of a window is missing, as after an outage, its buckets would each be asked for; where it is small, its
 * rows are no more than the list of its buckets.
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
    sums.set(bucket, ((sums.get(bucket) ?? 0n) - groupOf(row).hash + MODULUS) % MODULUS);
  }
  return [...sums].filter(([, difference]) => difference !== 0n).map(([bucket]) => bucket);
}

/** The rows of a window, or of one bucket of it, there and here: what is missing here is applied, what is too much is told. */
async function repairRows(
  ports: RepairPorts,
  { fromMs, toMs }: Difference,
  of: {
    readonly bucket: number | undefined;
    /** What the service has there, by its digest. */
    readonly said: { readonly count: number; readonly hash: bigint };
    readonly counts: Counts;
  },
): Promise<Repair> {
  const { questions, taking, store, merchantId, types } = ports;
  const { bucket, said, counts } = of;
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
  // A list that is not what its digest says may lack a row: it is asked for again, and not passed over.
  if (listed.size !== said.count || hash !== said.hash) counts.unsettled += 1;

  const range = { merchantId, fromMs, toMs, ...(bucket !== undefined && { bucket }) };
  for await (const row of store.rows(range)) {
    if (types.includes(row) && !listed.has(row.transactionId)) await settleExtra(ports, row, counts);
  }
  return 'settled';
}

/** Applied here, and not listed there: nothing that can be mended here, but somebody must know. */
async function settleExtra(ports: RepairPorts, applied: AppliedOutcome, counts: Counts): Promise<void> {
  const { client, taking, applying, isTold } = ports;
  const standing = await client.transaction(applied.transactionId);
  if (standing.kind === 'ended') {
    const { kind } = await taking.standing(standing, counts);
    if (kind === 'conflict') return;
  }
  const kind = standing.kind === 'unknown' ? 'unknown_there' : 'unlisted_there';
  await applying.conflict({ kind, applied, asOf: standing.asOf });
  counts.conflicts += 1;
  if (!isTold) counts.unsettled += 1;
}
