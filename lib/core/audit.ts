import { createDigestSum, sameGroups } from './digest.ts';
import { expectedEndpoints } from './expected.ts';
import type { MerchantConfig } from './merchant.ts';
import { isTerminal, type MerchantId, type Outcome } from './model.ts';
import { type Notification, untried } from './notification.ts';
import type {
  Clock,
  ClockTrust,
  Directory,
  Dispatcher,
  FeedStore,
  MerchantStore,
  NotificationStore,
  OutcomeStore,
  Reporter,
  WindowStore,
} from './ports.ts';
import { isoTime, MINUTE_MS, msOf, SECOND_MS } from './time.ts';
import { feedRows, type Window, windowOf, windowStart } from './windows.ts';

export interface AuditPorts {
  readonly directory: Directory;
  readonly merchants: Pick<MerchantStore, 'read'>;
  readonly feed: FeedStore;
  readonly windows: WindowStore;
  readonly outcomes: Pick<OutcomeStore, 'transaction'>;
  readonly notifications: Pick<NotificationStore, 'save'>;
  readonly dispatcher: Pick<Dispatcher, 'backlog'>;
  readonly clock: Clock;
  readonly clockTrust: ClockTrust;
  readonly reporter: Reporter;
  readonly feedLagSeconds: number;
  /** Seconds after a window's end at which it is audited; 15 minutes unless said otherwise. */
  readonly auditAfterSeconds: number;
}

/** For so long an audit waits while the stream or a lane is behind: what is on its way is not lost. */
const MAX_POSTPONED_MS = 60 * MINUTE_MS;
/** First attempts that may wait in their lane before it counts as behind. */
const MAX_WAITING = 1_000;
/** More than this share of a window missing, and so many, means that the stream is behind, not that they are lost. */
const BEHIND_SHARE = 0.5;
const BEHIND_COUNT = 10;
/** Windows that one run audits of a partition at most. */
const MAX_WINDOWS = 12;
/** Rows that are looked at together, and missing ones that are held at most. */
const BATCH = 200;
const MAX_MISSING = 5_000;
/** Transactions read side by side. */
const CONCURRENCY = 16;

/**
 * Reads the same rows again, some time after they were closed, and asks two things: do the windows still say
 * the same, and has every notification that is expected come to exist? It depends on nothing that it audits:
 * not on the stream, nor on marks, nor on messages.
 */
export async function auditPartition(ports: AuditPorts, partition: number): Promise<void> {
  const closed = await ports.directory.closed(partition);
  if (closed === undefined) return;
  ports.clockTrust.assertTrusted();
  const { windowSeconds } = closed;
  const nowMs = ports.clock.now();
  const ripeMs = nowMs - (ports.feedLagSeconds + ports.auditAfterSeconds) * SECOND_MS;
  const lastEndMs = Math.min(windowStart(ripeMs, windowSeconds), msOf(closed.closedThrough));
  const entries = await ports.directory.list(partition);
  const audited = await ports.directory.audited(partition);
  const created = entries.map(({ createdAt }) => windowStart(msOf(createdAt), windowSeconds));
  const fromMs = audited === undefined ? Math.min(lastEndMs, ...created) : msOf(audited);
  const toMs = Math.min(lastEndMs, fromMs + MAX_WINDOWS * windowSeconds * SECOND_MS);
  for (let startMs = fromMs; startMs < toMs; startMs += windowSeconds * SECOND_MS) {
    const endMs = startMs + windowSeconds * SECOND_MS;
    const mayWait = nowMs - endMs < MAX_POSTPONED_MS + ports.auditAfterSeconds * SECOND_MS;
    const slice = { from: isoTime(startMs), to: isoTime(endMs), windowSeconds, mayWait };
    const waiting = mayWait
      ? (await ports.dispatcher.backlog('first')) + (await ports.dispatcher.backlog('retry'))
      : 0;
    if (waiting > MAX_WAITING) return;
    for (const { merchantId, closedThrough } of entries) {
      if (mayWait && closedThrough !== undefined && closedThrough < slice.to) return;
      if ((await auditAlone(ports, merchantId, slice)) === 'postponed') return;
    }
    await ports.directory.saveAudited(partition, slice.to);
  }
}

interface Slice {
  readonly from: string;
  readonly to: string;
  readonly windowSeconds: number;
  readonly mayWait: boolean;
}

/** One merchant that cannot be audited holds up the others no longer than one that is behind. */
async function auditAlone(
  ports: AuditPorts,
  merchantId: MerchantId,
  slice: Slice,
): Promise<'audited' | 'postponed'> {
  try {
    return await auditMerchant(ports, merchantId, slice);
  } catch (error) {
    ports.reporter.report({ event: 'audit_failed', merchantId, reason: String(error).slice(0, 300) });
    return slice.mayWait ? 'postponed' : 'audited';
  }
}

/** Row by row and batch by batch: what is held does not grow with the window. */
async function auditMerchant(
  ports: AuditPorts,
  merchantId: MerchantId,
  slice: Slice,
): Promise<'audited' | 'postponed'> {
  const config = await ports.merchants.read(merchantId);
  if (config === undefined) return 'audited';
  const { feedShards } = config.profile;
  const sum = createDigestSum();
  const found: Expectation = { missing: [], expected: 0 };
  let batch: Outcome[] = [];
  for await (const row of feedRows(ports.feed, { merchantId, feedShards, ...slice })) {
    sum.add(row);
    batch.push(row);
    if (batch.length < BATCH) continue;
    await look(ports, config, { rows: batch, found });
    batch = [];
    if (found.missing.length < MAX_MISSING) continue;
    if (slice.mayWait) return 'postponed';
    await restoreAll(ports, found);
  }
  await look(ports, config, { rows: batch, found });
  if (sum.count === 0) return 'audited';
  const { missing, expected } = found;
  const isBehind = missing.length >= BEHIND_COUNT && missing.length > expected * BEHIND_SHARE;
  if (isBehind && slice.mayWait) return 'postponed';
  const { windowSeconds } = slice;
  await compare(ports, windowOf(sum, { merchantId, startMs: msOf(slice.from), windowSeconds }));
  await restoreAll(ports, found);
  return 'audited';
}

interface Expectation {
  missing: Notification[];
  expected: number;
}

async function restoreAll(ports: AuditPorts, found: Expectation): Promise<void> {
  for (const notification of found.missing) await restore(ports, notification);
  found.missing = [];
}

/** A closed window that reads otherwise now is a breach of promise 4: corrected, counted, alarmed. */
async function compare(ports: AuditPorts, found: Window): Promise<void> {
  const standing = await ports.windows.read(found.merchantId, found.start);
  if (standing !== undefined && sameGroups(standing.groups, found.groups)) return;
  const revision = (standing?.revision ?? 0) + 1;
  if (await ports.windows.revise({ ...found, revision }, standing?.revision)) {
    ports.reporter.report({ event: 'window_revised', merchantId: found.merchantId, start: found.start });
  }
}

/** Adds what these rows expect, and what of it has come to nothing. */
async function look(
  ports: AuditPorts,
  config: MerchantConfig,
  { rows, found }: { readonly rows: readonly Outcome[]; readonly found: Expectation },
): Promise<void> {
  const waiting = [...rows];
  const worker = async () => {
    for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
      const { outcomes, notifications } = await ports.outcomes.transaction(row);
      const { version } = row;
      const outcome = outcomes.find((one) => one.version === version);
      if (outcome === undefined || !isTerminal(outcome)) continue;
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
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

/** Made as what nobody has tried, due now: the sweep sends it, or the message that was only late finds it. */
async function restore(ports: AuditPorts, notification: Notification): Promise<void> {
  const now = isoTime(ports.clock.now());
  const created = { ...notification, startedAt: now, nextAttemptAt: now };
  if (!(await ports.notifications.save(created, 'absent'))) return;
  const { merchantId, transactionId, version, endpointId } = notification;
  ports.reporter.report({ event: 'lost', merchantId, transactionId, version, endpointId });
}
