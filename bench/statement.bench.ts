import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { S3Client } from '@aws-sdk/client-s3';
import { createStatementFiles } from '../lib/adapters/files/statement-files.ts';
import { createMemoryStores } from '../lib/adapters/memory/memory-stores.ts';
import { systemRandom as random } from '../lib/adapters/system.ts';
import { statePartitions } from '../lib/core/bookkeeping/statements/make-statements.ts';
import { createDigestSum } from '../lib/core/feed/digest.ts';
import type { FeedStore } from '../lib/core/feed/feed-store.ts';
import { windowOf } from '../lib/core/feed/window.ts';
import { profileSchema } from '../lib/core/merchants/merchant-config.ts';
import { isTerminal, merchantIdSchema, outcomeSchema, type TerminalOutcome } from '../lib/core/model.ts';
import { PARTITIONS } from '../lib/core/partitions.ts';
import { DAY_MS, isoTime, msOf, SECOND_MS } from '../lib/core/time.ts';
import { openGuard } from '../lib/local/iam/guard.ts';
import { startS3 } from '../lib/local/stand-ins/s3.ts';

const HELP = `Usage: npm run bench:statement

Makes the statements of a day with 100,000 and with 1,000,000 rows. Each runs in its own process with 64 MB of heap, and
writes to a stand-in for S3 in another process. Prints time and memory: memory must not grow with the rows.
`;

const SIZES = [100_000, 1_000_000];
/** Bounds the JavaScript heap. Without a bound, garbage would stay uncollected and be measured. */
const HEAP = ['--max-old-space-size=64', '--max-semi-space-size=4'];
const KEY = { accessKeyId: 'local', secretAccessKey: 'local' };
const BUCKET = 'statements';
const MERCHANT = merchantIdSchema().parse('demo');
const START_MS = Date.parse('2026-11-20T00:00:00.000Z');
const WINDOW_SECONDS = 300;
const SHARDS = 4;

interface Measured {
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly peakMb: number;
}

/** A feed without storage: it computes row `index` when it is read. */
function syntheticFeed(rows: number): FeedStore {
  const listedMs = (index: number) => START_MS + Math.floor((index * DAY_MS) / rows);
  const firstAt = (time: string) => {
    let index = Math.max(0, Math.floor(((msOf(time) - START_MS) * rows) / DAY_MS) - 1);
    while (index < rows && listedMs(index) < msOf(time)) index += 1;
    return index;
  };
  return {
    async page({ shard, from, to, limit, cursor }) {
      const end = firstAt(to);
      let index = cursor === undefined ? firstAt(from) : Number(cursor);
      while (index % SHARDS !== shard) index += 1;
      const page: TerminalOutcome[] = [];
      for (; index < end && page.length < limit; index += SHARDS) page.push(rowAt(index, listedMs(index)));
      return { rows: page, ...(index < end && { cursor: String(index) }) };
    },
  };
}

function rowAt(index: number, listedMs: number): TerminalOutcome {
  const time = isoTime(listedMs);
  const row = outcomeSchema().parse({
    merchantId: MERCHANT,
    transactionId: `pay_${String(index).padStart(9, '0')}`,
    version: 1,
    transactionType: index % 20 === 0 ? 'refund' : 'payment',
    status: index % 50 === 0 ? 'FAILED' : 'SUCCEEDED',
    amount: index,
    currency: 'CNY',
    reference: `ORDER-${index}`,
    occurredAt: time,
    recordedAt: time,
    listedAt: time,
  });
  if (!isTerminal(row)) throw new Error('A row of the feed is terminal.');
  return row;
}

async function measure(rows: number, endpoint: string): Promise<Measured> {
  const clock = { now: () => START_MS + DAY_MS + 3_600 * SECOND_MS };
  const stores = createMemoryStores({ clock });
  const feed = syntheticFeed(rows);
  await stores.merchants.create(
    profileSchema().parse({
      merchantId: MERCHANT,
      name: 'Demo',
      schedule: 'wechat',
      feedShards: SHARDS,
      secrets: [],
      createdAt: isoTime(START_MS),
      rev: 1,
    }),
  );
  for (let startMs = START_MS; startMs < START_MS + DAY_MS; startMs += WINDOW_SECONDS * SECOND_MS) {
    const sum = createDigestSum();
    const range = { from: isoTime(startMs), to: isoTime(startMs + WINDOW_SECONDS * SECOND_MS), limit: rows };
    for (let shard = 0; shard < SHARDS; shard += 1) {
      for (const row of (await feed.page({ merchantId: MERCHANT, shard, ...range })).rows) sum.add(row);
    }
    await stores.windows.putIfAbsent(
      windowOf(sum, { merchantId: MERCHANT, startMs, windowSeconds: WINDOW_SECONDS }),
    );
  }
  const s3 = new S3Client({
    endpoint,
    region: 'us-east-1',
    credentials: KEY,
  });
  const ports = {
    ...stores,
    feed,
    files: createStatementFiles({ s3, bucket: BUCKET }),
    clock,
    clockTrust: { assertTrusted: () => undefined },
    random,
    reporter: {
      report: (event: { readonly event: string }) => {
        if (event.event === 'statement_failed') throw new Error(JSON.stringify(event));
      },
    },
    retentionDays: 90,
  };
  const began = performance.now();
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const through = isoTime(START_MS + DAY_MS);
    await stores.directory.saveMark(partition, 'closed', { through, windowSeconds: WINDOW_SECONDS });
    await statePartitions(ports, { partitions: [partition], deadlineMs: Number.POSITIVE_INFINITY });
  }
  const seconds = (performance.now() - began) / 1_000;
  const [statement] = await stores.statements.newest(MERCHANT, 1);
  if (statement?.rows !== rows) throw new Error('There is no statement with all rows.');
  s3.destroy();
  return { rows, bytes: statement.bytes, seconds, peakMb: process.resourceUsage().maxRSS / 1_024 };
}

function child(...options: readonly string[]): ChildProcess {
  return fork(import.meta.filename, options, { execArgv: HEAP });
}

async function nextMessage<T>(process: ChildProcess): Promise<T> {
  const [message] = (await Promise.race([
    once(process, 'message'),
    once(process, 'exit').then(() => {
      throw new Error('The child process ended without a message.');
    }),
  ])) as [T];
  return message;
}

async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tidings-bench-'));
  const server = child('--serve', dataDir);
  try {
    const endpoint = await nextMessage<string>(server);
    const peaks: number[] = [];
    for (const rows of SIZES) {
      const { bytes, seconds, peakMb } = await nextMessage<Measured>(
        child('--rows', String(rows), '--endpoint', endpoint),
      );
      peaks.push(peakMb);
      process.stdout.write(
        `rows ${rows.toLocaleString('en')} · ${(bytes / 1e6).toFixed(1)} MB · ${seconds.toFixed(1)} s · ` +
          `${Math.round(rows / seconds).toLocaleString('en')} rows/s · peak memory ${peakMb.toFixed(0)} MB\n`,
      );
    }
    const [least = 1, max = 1] = peaks;
    process.stdout.write(`ten times the rows, ${(max / least).toFixed(2)} times the memory\n`);
  } finally {
    server.kill();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: {
    serve: { type: 'string' },
    rows: { type: 'string' },
    endpoint: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else if (values.serve !== undefined) {
  const { endpoint } = await startS3(values.serve, {
    buckets: [BUCKET],
    guard: openGuard({ key: KEY, log: () => undefined }),
  });
  process.send?.(endpoint);
} else if (values.rows !== undefined) {
  process.send?.(await measure(Number(values.rows), values.endpoint ?? ''), () => process.exit(0));
} else {
  await main();
}
