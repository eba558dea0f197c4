import { anyFilterMatches } from '../../../protocol/event-names.ts';
import { isUnreadable } from '../../faults.ts';
import { currentSpan, type Endpoint, type MerchantConfig } from '../../merchants/merchant-config.ts';
import { type EndpointId, isTerminal, type TerminalOutcome } from '../../model.ts';
import { expectedEndpoints } from '../expected-endpoints.ts';
import { type Notification, untried } from '../state/notification.ts';
import type { TransactionReader } from '../state/transaction-reader.ts';
import type { Job, NotSentReason } from './redelivery-job.ts';
import { isSentSince, type SendPorts, sendAgain, type Verdict, whyClosed, whyLeft } from './send-again.ts';
import type { StepResult } from './step-results.ts';

/** What a job that walks along the feed does with one outcome. */

export interface ReplayPorts extends SendPorts {
  readonly outcomes: TransactionReader;
}

interface ReplayedRow {
  readonly job: Job;
  readonly config: MerchantConfig;
  /** As the feed shows it: without its URL. */
  readonly row: TerminalOutcome;
  /** Sends nothing. */
  readonly isLook: boolean;
}

/**
 * Sends what the job includes of one outcome. An endpoint that expected the outcome when it was listed, and has no
 * notification yet, is not `unexpected`: its first attempt is under way, or the audit restores it.
 */
export async function replayOutcome(
  ports: ReplayPorts,
  replayed: ReplayedRow,
): Promise<readonly StepResult[]> {
  const { job, row } = replayed;
  const closed = closedEndpoints(replayed);
  const open = wanted(replayed);
  // Most outcomes of a job with `unexpected` were expected by every endpoint. They need no read.
  if (job.include !== 'all' && open.length === 0) return closed;
  try {
    const { outcomes, notifications } = await ports.outcomes.transaction(row);
    if (!outcomes.some((one) => one.version === row.version && isTerminal(one))) {
      return [...closed, ...open.map((endpointId) => resultOf(row, endpointId, 'expired'))];
    }
    const own = notifications.filter(({ version }) => version === row.version);
    return await sendAll(ports, replayed, { own, closed, open });
  } catch (error) {
    // It was reported to operators. The rest of the job continues.
    if (!isUnreadable(error)) throw error;
    return [...closed, ...open.map((endpointId) => resultOf(row, endpointId, 'unreadable'))];
  }
}

interface Found {
  /** The notifications of this version that exist. */
  readonly own: readonly Notification[];
  readonly closed: readonly StepResult[];
  readonly open: readonly EndpointId[];
}

async function sendAll(
  ports: ReplayPorts,
  replayed: ReplayedRow,
  { own, closed, open }: Found,
): Promise<readonly StepResult[]> {
  const { job, row } = replayed;
  const isAsked = ({ endpointId }: Notification) => isFor(job, endpointId);
  const existing =
    job.include === 'all' ? own.filter(isAsked) : own.filter((one) => open.includes(one.endpointId));
  const absent = open.filter((endpointId) => !own.some((one) => one.endpointId === endpointId));
  const results: StepResult[] = closed.filter(
    ({ key }) => !existing.some((one) => one.endpointId === key.endpointId),
  );
  const sending = [
    ...existing.map((first) => ({ first, isAbsent: false })),
    ...absent.map((endpointId) => ({ first: untriedFor(replayed, endpointId), isAbsent: true })),
  ];
  for (const one of sending) {
    const result = await sendAgain(ports, { ...one, job, decide: (current) => verdictOn(replayed, current) });
    results.push(resultOf(row, one.first.endpointId, result));
  }
  return results;
}

/** What the audit does not expect is marked, so that the balance of the day leaves it out. */
function untriedFor({ config, row }: ReplayedRow, endpointId: EndpointId): Notification {
  const first = untried({ ...row, endpointId }, row.listedAt);
  const isExpected = expectedEndpoints(row, config, undefined).includes(endpointId);
  return isExpected ? first : { ...first, isUnexpected: true };
}

function verdictOn({ job, config, isLook }: ReplayedRow, current: Notification): Verdict {
  if (isSentSince(job, current)) return 'sent';
  // No item counts as 0.
  if (current.rev > 0 && job.include !== 'all') return whyLeft(current.state);
  return whyClosed(config.endpoints, current.endpointId) ?? (isLook ? 'cancelled' : 'send');
}

/** Endpoints that the job might notify of the outcome, even if there is no notification yet. */
function candidates({ job, config, row }: ReplayedRow): readonly Endpoint[] {
  const expected = expectedEndpoints(row, config, undefined);
  return config.endpoints.filter(
    ({ endpointId, deletedAt }) =>
      isFor(job, endpointId) &&
      // A deleted endpoint is named only if it was asked for.
      (deletedAt === undefined || job.endpointId !== undefined) &&
      (job.include === 'all' || !expected.includes(endpointId)),
  );
}

/** The candidates whose settings let the outcome through now. */
function wanted(replayed: ReplayedRow): readonly EndpointId[] {
  return candidates(replayed).flatMap((endpoint) =>
    whyUnwanted(replayed, endpoint) === undefined ? [endpoint.endpointId] : [],
  );
}

/** The other candidates, with the reason. */
function closedEndpoints(replayed: ReplayedRow): readonly StepResult[] {
  return candidates(replayed).flatMap((endpoint) => {
    const reason = whyUnwanted(replayed, endpoint);
    return reason === undefined ? [] : [resultOf(replayed.row, endpoint.endpointId, reason)];
  });
}

function whyUnwanted({ config, row }: ReplayedRow, endpoint: Endpoint): NotSentReason | undefined {
  const reason = whyClosed(config.endpoints, endpoint.endpointId);
  if (reason !== undefined) return reason;
  return anyFilterMatches(currentSpan(endpoint).types, row) ? undefined : 'filter_excludes';
}

function isFor({ endpointId }: Job, one: EndpointId): boolean {
  return endpointId === undefined || endpointId === one;
}

function resultOf(row: TerminalOutcome, endpointId: EndpointId, result: StepResult['result']): StepResult {
  const { merchantId, transactionId, version } = row;
  return { key: { merchantId, transactionId, version, endpointId }, result };
}
