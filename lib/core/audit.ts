import { sameGroups } from './digest.ts';
import { expectedEndpoints } from './expected.ts';
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
import { digestRange, type Window, windowStart } from './windows.ts';

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
    if (mayWait && (await ports.dispatcher.backlog('first')) > MAX_WAITING) return;
    for (const { merchantId, closedThrough } of entries) {
      if (mayWait && closedThrough !== undefined && closedThrough < slice.to) return;
      if ((await auditMerchant(ports, merchantId, slice)) === 'postponed') return;
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

async function auditMerchant(
  ports: AuditPorts,
  merchantId: MerchantId,
  slice: Slice,
): Promise<'audited' | 'postponed'> {
  const config = await ports.merchants.read(merchantId);
  if (config === undefined) return 'audited';
  const rows: Outcome[] = [];
  const { feedShards } = config.profile;
  const [found] = await digestRange(ports.feed, { merchantId, feedShards, ...slice }, (row) =>
    rows.push(row),
  );
  if (found === undefined) return 'audited';
  const { missing, expected } = await missingOf(ports, config, rows);
  const isBehind = missing.length >= BEHIND_COUNT && missing.length > expected * BEHIND_SHARE;
  if (isBehind && slice.mayWait) return 'postponed';
  await compare(ports, found);
  for (const notification of missing) await restore(ports, notification);
  return 'audited';
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

async function missingOf(
  ports: AuditPorts,
  config: NonNullable<Awaited<ReturnType<MerchantStore['read']>>>,
  rows: readonly Outcome[],
): Promise<{ readonly missing: readonly Notification[]; readonly expected: number }> {
  const missing: Notification[] = [];
  let expected = 0;
  const waiting = [...rows];
  const worker = async () => {
    for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
      const { outcomes, notifications } = await ports.outcomes.transaction(row);
      const outcome = outcomes.find(({ version }) => version === row.version);
      if (outcome === undefined || !isTerminal(outcome)) continue;
      const notifyUrl = outcome.notifyUrl ?? outcomes[0]?.notifyUrl;
      const there = new Set(
        notifications.filter(({ version }) => version === row.version).map(({ endpointId }) => endpointId),
      );
      const endpointIds = expectedEndpoints(outcome, config, notifyUrl);
      expected += endpointIds.length;
      for (const endpointId of endpointIds) {
        if (!there.has(endpointId)) missing.push(untried({ ...outcome, endpointId }, outcome.listedAt));
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return { missing, expected };
}

/** Made as what nobody has tried, due now: the sweep sends it, or the message that was only late finds it. */
async function restore(ports: AuditPorts, notification: Notification): Promise<void> {
  const now = isoTime(ports.clock.now());
  const created = { ...notification, startedAt: now, nextAttemptAt: now };
  if (!(await ports.notifications.save(created, 'absent'))) return;
  const { merchantId, transactionId, version, endpointId } = notification;
  ports.reporter.report({ event: 'lost', merchantId, transactionId, version, endpointId });
}
