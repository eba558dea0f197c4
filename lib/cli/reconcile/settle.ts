import { nextOf } from '../../receiver/asking/service-client.ts';
import type { ListedOutcome } from '../../receiver/outcome.ts';
import type { Bucket, WindowQuestions } from '../../receiver/reconciling/questions.ts';
import type { Difference, Service, Side } from './ledger-service.ts';
import type { Spool, SpooledRow } from './spool.ts';
import { isSame, NOTHING, type Sum } from './sums.ts';

/** What exactly differs in one window: asked of the service where it fits into a question, and else looked at here. */

/** Rows that are claimed at once: well under the megabyte that a question may have. */
const MAX_CLAIMED = 4_000;
const BUCKETS = 256;

export interface SettlingPorts {
  readonly service: Service;
  readonly questions: Pick<WindowQuestions, 'buckets' | 'rows'>;
  readonly spool: Spool;
  readonly types: string | undefined;
}

interface Place {
  readonly startMs: number;
  readonly bucket?: number;
}

export async function* differencesOf(ports: SettlingPorts, startMs: number): AsyncGenerator<Difference> {
  const claimed = await claim(ports, { startMs });
  if (claimed !== undefined) return yield* claimed;
  const digests = await ports.questions.buckets(startMs);
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const place = { startMs, bucket };
    if (digests !== undefined && isSame(sumOf(digests, bucket), ports.spool.sum(startMs, bucket))) continue;
    yield* (await claim(ports, place)) ?? lookAt(ports, place);
  }
}

function sumOf(digests: readonly Bucket[], bucket: number): Sum {
  return digests.find((one) => one.bucket === bucket) ?? NOTHING;
}

/** Asks the service to compare; undefined where that is too much for one question. */
async function claim(
  { service, spool, types }: SettlingPorts,
  { startMs, bucket }: Place,
): Promise<readonly Difference[] | undefined> {
  if (spool.count(startMs, bucket) > MAX_CLAIMED) return undefined;
  const of = { startMs, types, ...(bucket !== undefined && { bucket }) };
  return service.claim(of, spool.rows(startMs, bucket), spool.sum(startMs, bucket));
}

const FIELDS = ['status', 'amount', 'currency'] as const;

/** Reads the service's rows of one bucket, page by page, and compares as the service does. */
async function* lookAt(
  { questions, spool }: SettlingPorts,
  { startMs, bucket }: Place,
): AsyncGenerator<Difference> {
  const waiting = new Map(spool.rows(startMs, bucket).map((row) => [nameOf(row), row]));
  let cursor: string | undefined;
  do {
    const page = await questions.rows(startMs, { bucket, cursor });
    for (const row of page.items) {
      const there = waiting.get(nameOf(row));
      waiting.delete(nameOf(row));
      yield* compare(row, there);
    }
    cursor = nextOf(page, cursor);
  } while (cursor !== undefined);
  for (const row of waiting.values()) {
    yield { class: 'only_there', transactionId: row.transactionId, there: sideOf(row) };
  }
}

function* compare(row: ListedOutcome, there: SpooledRow | undefined): Generator<Difference> {
  const { transactionId } = row;
  if (there === undefined) {
    yield { class: 'only_here', transactionId, here: sideOf(row) };
    return;
  }
  for (const field of FIELDS) {
    if (row[field] === there[field]) continue;
    yield { class: field, transactionId, here: sideOf(row), there: sideOf(there) };
  }
}

function nameOf({ transactionId, version }: Pick<SpooledRow, 'transactionId' | 'version'>): string {
  return `${transactionId}#${version}`;
}

function sideOf({ version, status, amount, currency }: ListedOutcome | SpooledRow): Side {
  return { version, status, amount, currency };
}
