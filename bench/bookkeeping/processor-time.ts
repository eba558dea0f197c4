import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createNotificationStore } from '../../lib/adapters/dynamodb/stores/delivery/dynamodb-notification-store.ts';
import { createExpectationStore } from '../../lib/adapters/dynamodb/stores/feed/dynamodb-expectation-store.ts';
import { createFeedStore } from '../../lib/adapters/dynamodb/stores/feed/dynamodb-feed-store.ts';
import { createGlance } from '../../lib/adapters/dynamodb/stores/feed/dynamodb-glance.ts';
import { createWindowStore } from '../../lib/adapters/dynamodb/stores/feed/dynamodb-window-store.ts';
import { createDirectory } from '../../lib/adapters/dynamodb/stores/merchants/dynamodb-directory.ts';
import { createMerchantStore } from '../../lib/adapters/dynamodb/stores/merchants/dynamodb-merchant-store.ts';
import { createOutcomeStore } from '../../lib/adapters/dynamodb/stores/outcomes/dynamodb-outcome-store.ts';
import { openTable } from '../../lib/adapters/dynamodb/table/table-client.ts';
import { systemClock } from '../../lib/adapters/system.ts';
import { auditPartitions } from '../../lib/core/bookkeeping/audit.ts';
import { closePartitions } from '../../lib/core/bookkeeping/close.ts';
import {
  AUDIT_AFTER_SECONDS,
  FEED_LAG_SECONDS,
  startOf,
  WINDOW_SECONDS,
  type WindowLoad,
  type Work,
} from './window-load.ts';

const OPTIONS = { retentionDays: 90 };
const deadlineMs = Number.POSITIVE_INFINITY;

export interface Processed {
  /** Of this process: our code, the SDK and the HTTP client. */
  readonly processorMs: number;
  readonly tableCalls: number;
}

/**
 * The processor time of one run over all partitions, with the real adapters against a table in another process. The run
 * before it, which is not counted, compiles what is used.
 */
export async function measureProcessor(load: WindowLoad, work: Work): Promise<Processed> {
  const table = new URL('./stub-table.ts', import.meta.url);
  const child = fork(table, [JSON.stringify({ load, work })], { stdio: 'inherit' });
  try {
    const [{ port }] = (await once(child, 'message')) as [AddressInfo];
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
    });
    const { run, counted } = openRun(work);
    await run();
    counted.calls = 0;
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    return { processorMs: (user + system) / 1_000, tableCalls: counted.calls };
  } finally {
    child.kill();
  }
}

function openRun(work: Work) {
  const failures: string[] = [];
  const reporter = { report: ({ event }: { readonly event: string }) => void failures.push(event) };
  const table = openTable({
    name: 'tidings',
    feedLagSeconds: FEED_LAG_SECONDS,
    clock: systemClock,
    reporter,
  });
  const counted = { calls: 0 };
  table.documents.middlewareStack.add(
    (next) => (args) => {
      counted.calls += 1;
      return next(args);
    },
    { step: 'initialize', name: 'benchCounter' },
  );
  const ports = {
    directory: createDirectory(table),
    merchants: createMerchantStore(table),
    feed: createFeedStore(table, reporter),
    windows: createWindowStore(table, OPTIONS),
    glance: createGlance(table),
    outcomes: createOutcomeStore(table, OPTIONS),
    notifications: createNotificationStore(table, OPTIONS),
    expectations: createExpectationStore(table, OPTIONS),
    dispatcher: { backlog: async () => 0 },
    clock: { now: () => startOf(work) },
    clockTrust: { assertTrusted: () => undefined },
    reporter,
    feedLagSeconds: FEED_LAG_SECONDS,
    windowSeconds: WINDOW_SECONDS,
    auditAfterSeconds: AUDIT_AFTER_SECONDS,
  };
  const run = async () => {
    if (work === 'audit') await auditPartitions(ports, { deadlineMs });
    else await closePartitions(ports, { deadlineMs });
    const failed = failures.filter((event) => /failed|unreadable|lost/.test(event));
    if (failed.length > 0) throw new Error(`The run reported ${[...new Set(failed)].join(', ')}.`);
  };
  return { run, counted };
}
