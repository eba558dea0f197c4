import { feedOrder } from '../../../protocol/table/outcome-layout.ts';
import { base62, createSha256 } from '../../crypto.ts';
import { Fault } from '../../faults.ts';
import { createDigestSum, sameGroups } from '../../feed/digest.ts';
import type { FeedStore } from '../../feed/feed-store.ts';
import { openMerge } from '../../feed/merge.ts';
import { shardLists } from '../../feed/shard-pages.ts';
import type { MerchantId } from '../../model.ts';
import type { Random } from '../../runtime/environment.ts';
import type { Statement, StatementDay } from './statement.ts';
import { statementHead, statementRow } from './statement-csv.ts';
import type { StatementFiles } from './statement-store.ts';
import { differs, type Totals } from './statement-totals.ts';

/** Rows held in memory at a time, for all shards together. */
const BUFFERED_ROWS = 4_000;
/** Characters per chunk. */
const CHUNK = 64 * 1024;

export interface StatementFilePorts {
  readonly feed: FeedStore;
  readonly files: StatementFiles;
  readonly random: Random;
}

/** The input of one day's statement file. */
export interface StatementContent extends StatementDay, Totals {
  readonly merchantId: MerchantId;
  readonly feedShards: number;
  /** Whether the run has reached its deadline. */
  readonly isLate: () => boolean;
}

/**
 * Writes the file under a new name. Its rows must add up to the totals in its head. If they do not, or if the run reaches
 * its deadline first (`late`), no file is written.
 *
 * @throws Fault `statement_differs` if the rows do not add up to the totals
 */
export async function writeStatementFile(
  { feed, files, random }: StatementFilePorts,
  content: StatementContent,
): Promise<Pick<Statement, 'file' | 'bytes' | 'sha256'> | 'late'> {
  const file = `${content.merchantId}/${content.date}/${base62(random.bytes(12))}.csv`;
  const measured: Measured = { bytes: 0, sha256: createSha256() };
  try {
    await files.write(file, measure(statementText(feed, content), measured));
  } catch (error) {
    if (error instanceof Fault && error.code === OUT_OF_TIME) return 'late';
    throw error;
  }
  return { file, bytes: measured.bytes, sha256: measured.sha256.hex() };
}

const OUT_OF_TIME = 'out_of_time';

/** Streams the file in chunks, so memory does not grow with the day. */
async function* statementText(feed: FeedStore, content: StatementContent): AsyncGenerator<string> {
  const { merchantId, feedShards, from, to, groups } = content;
  const merge = openMerge({
    lists: shardLists(feed, { merchantId, feedShards, from, to, maxRows: BUFFERED_ROWS }),
    orderOf: feedOrder,
    maxRows: Number.POSITIVE_INFINITY,
  });
  const sum = createDigestSum();
  let text = statementHead(content, groups);
  for (let next = await merge.next(); next.kind === 'row'; next = await merge.next()) {
    sum.add(next.row);
    text += statementRow(next.row);
    if (text.length < CHUNK) continue;
    if (content.isLate())
      throw new Fault({ code: OUT_OF_TIME, message: 'The run must end.', retryable: true });
    yield text;
    text = '';
  }
  // The totals in the head are already out. If the rows do not match them, the whole file is dropped.
  if (!sameGroups(sum.groups(), groups)) throw differs(`the day ${content.date}`);
  yield text;
}

interface Measured {
  bytes: number;
  readonly sha256: ReturnType<typeof createSha256>;
}

/** Encodes the text as UTF-8 and adds up its length and hash. */
async function* measure(texts: AsyncIterable<string>, measured: Measured): AsyncGenerator<Uint8Array> {
  for await (const text of texts) {
    const bytes = Buffer.from(text, 'utf8');
    measured.bytes += bytes.length;
    measured.sha256.add(bytes);
    yield bytes;
  }
}
