import type { LedgerRow } from '../../ledger/columns.ts';
import type { Suspect } from '../../ledger/descent.ts';
import { ReconcileFailure } from '../../ledger/ledger-failure.ts';
import { EMPTY_SUM, isSame, type RowSum } from '../../ledger/sums.ts';
import { instantOf, isoTime } from '../../protocol/instants.ts';
import { BUCKETS } from '../../protocol/row-digest.ts';
import { nextOf } from '../../receiver/asking/service-client.ts';
import type { ListedOutcome } from '../../receiver/outcome.ts';
import type { Bucket, WindowQuestions } from '../../receiver/reconciling/questions.ts';
import type { Spool } from './ledger/spool.ts';
import type { Difference, Service, Side } from './service/ledger-service.ts';

/** Finds the exact differences of one window. The service compares if the rows fit into one request; else this does. */

/** Maximum rows in one claim: well under the request's limit of 1 MB. */
const MAX_CLAIMED = 4_000;

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

export async function* differencesOf(
  ports: SettlingPorts,
  { startMs, rowsDiffer, typesDiffer, timesMayDiffer }: Suspect,
): AsyncGenerator<Difference> {
  if (rowsDiffer) yield* rowDifferences(ports, startMs);
  // Missing rows also change the digests of types and times. Only the rows themselves show further differences.
  if (typesDiffer || timesMayDiffer) yield* otherDifferences(ports, startMs, { withTypes: typesDiffer });
}

/** Differences in the fields that the hash of a row covers. */
async function* rowDifferences(ports: SettlingPorts, startMs: number): AsyncGenerator<Difference> {
  const claimed = await claim(ports, { startMs });
  if (claimed !== undefined) return yield* claimed;
  const digests = await ports.questions.buckets(startMs);
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const place = { startMs, bucket };
    if (digests !== undefined && isSame(sumOf(digests, bucket), ports.spool.sum(startMs, bucket))) continue;
    yield* (await claim(ports, place)) ?? lookAt(ports, place);
  }
}

function sumOf(digests: readonly Bucket[], bucket: number): RowSum {
  return digests.find((one) => one.bucket === bucket) ?? EMPTY_SUM;
}

/** Asks the service to compare. Undefined if that is too much for one request. */
async function claim(
  { service, spool, types }: SettlingPorts,
  { startMs, bucket }: Place,
): Promise<readonly Difference[] | undefined> {
  if (spool.count(startMs, bucket) > MAX_CLAIMED) return undefined;
  const of = { startMs, types, ...(bucket !== undefined && { bucket }) };
  return service.claim(of, spool.rows(startMs, bucket), spool.sum(startMs, bucket));
}

const FIELDS = ['status', 'amount', 'currency'] as const;

/** Reads the service's rows of one bucket page by page, and compares as the service does. */
async function* lookAt(
  { questions, spool }: SettlingPorts,
  { startMs, bucket }: Place,
): AsyncGenerator<Difference> {
  const waiting = new Map(spool.rows(startMs, bucket).map((row) => [nameOf(row), row]));
  let cursor: string | undefined;
  do {
    const page = whole(await questions.rows(startMs, { bucket, cursor }), startMs);
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

/** Differences in types and times, which a row's hash omits. Compares row by row: in a sum, changes can cancel out. */
async function* otherDifferences(
  { questions, spool }: SettlingPorts,
  startMs: number,
  { withTypes }: { readonly withTypes: boolean },
): AsyncGenerator<Difference> {
  if (spool.count(startMs) === 0) return;
  let cursor: string | undefined;
  do {
    const page = whole(await questions.rows(startMs, { bucket: undefined, cursor }), startMs);
    for (const row of page.items) {
      const there = spool.find(startMs, row);
      if (there === undefined) continue;
      const { transactionId } = row;
      if (withTypes && row.transactionType !== there.transactionType) {
        const [here, theirs] = [row, there].map(({ transactionType }) => ({ transactionType }));
        yield {
          class: 'type',
          transactionId,
          here: { ...sideOf(row), ...here },
          there: { ...sideOf(there), ...theirs },
        };
      }
      if (isSameTime(instantOf(row.listedAt), there.listedMs)) continue;
      yield {
        class: 'listedAt',
        transactionId,
        here: { ...sideOf(row), listedAt: row.listedAt },
        there: { ...sideOf(there), listedAt: isoTime(there.listedMs) },
      };
    }
    cursor = nextOf(page, cursor);
  } while (cursor !== undefined);
}

/** Fails if the window was revised: differences already shown may be wrong, and two revisions cannot be compared. */
function whole<P>(page: P | 'revised', startMs: number): P {
  if (page !== 'revised') return page;
  const message = `Tidings corrected the window ${isoTime(startMs)} while it was being read. Run the comparison again.`;
  throw new ReconcileFailure('window_revised', message);
}

/** Units to which a ledger may truncate times, the largest first. */
const TIME_UNITS_MS = [1_000, 100, 10];

/** A ledger may truncate times to seconds or tenths. That is not a difference. */
function isSameTime(hereMs: number, thereMs: number): boolean {
  const unitMs = TIME_UNITS_MS.find((unit) => thereMs % unit === 0) ?? 1;
  return hereMs - (hereMs % unitMs) === thereMs;
}

function* compare(row: ListedOutcome, there: LedgerRow | undefined): Generator<Difference> {
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

function nameOf({ transactionId, version }: Pick<LedgerRow, 'transactionId' | 'version'>): string {
  return `${transactionId}#${version}`;
}

function sideOf({ version, status, amount, currency }: ListedOutcome | LedgerRow): Side {
  return { version, status, amount, currency };
}
