import * as z from 'zod';
import { sha256Hex } from '../crypto.ts';
import { sendSigned } from '../deliver/attempt/make-attempt.ts';
import type { Sender } from '../deliver/attempt/sender.ts';
import type { Dispatcher } from '../deliver/dispatcher.ts';
import { saveFenced } from '../deliver/state/fence.ts';
import { isNextUnsent } from '../deliver/state/superseded.ts';
import type { AttemptMade } from '../deliver/state/transitions.ts';
import { Fault } from '../faults.ts';
import { parseJsonParts } from '../json.ts';
import { type Outcome, type OutcomeContent, outcomeContentSchema, type TransactionKey } from '../model.ts';
import { type RecordPorts, recordOutcome } from '../record/record.ts';
import { isoTime, msOf, SECOND_MS } from '../time.ts';
import {
  afterAsking,
  type Check,
  type CheckAttempt,
  type CheckMessage,
  checkMessageFor,
} from './check-state.ts';
import type { CheckStore } from './check-store.ts';
import type { GeneratedSecret } from './service-key.ts';
import { serviceSigner } from './service-key.ts';

export interface CheckingPorts extends RecordPorts {
  readonly checks: CheckStore;
  readonly dispatcher: Pick<Dispatcher, 'sendAt'>;
  readonly sender: Sender;
  readonly signingSecret: GeneratedSecret;
}

/** Of one request to an initiator, from the look-up of its name to the last byte of its answer. */
const CHECK_TIMEOUT_MS = 10 * SECOND_MS;

/**
 * Asks the initiator once how a PENDING transaction ended. What it says is recorded like any outcome, and only then is
 * the check over; what it does not say is asked again later, until the horizon. Dying anywhere brings the message
 * back, and it finds out by the fence and by the outcome how far it had come.
 */
export async function check(
  ports: CheckingPorts,
  { message, receivedTimes }: { readonly message: CheckMessage; readonly receivedTimes: number },
): Promise<void> {
  const standing = await ports.checks.read(message);
  const [pending, end] = await ports.outcomes.versions(message);
  if (standing === undefined || pending?.status !== 'PENDING') {
    throw new Fault({
      code: 'unknown_check',
      message: 'A message names a transaction that nobody prepared.',
      retryable: false,
    });
  }
  if (end !== undefined) return ports.outcomes.settlePending(end);
  if (standing.state !== 'waiting' || standing.rev !== message.rev) {
    return superseded(ports, { message, receivedTimes, standing });
  }
  const asked = pending.checkBack === undefined ? undefined : await ask(ports, { standing, pending });
  const recorded =
    asked?.says.kind === 'ended'
      ? await recordEnd(ports, { pending, content: asked.says.content })
      : undefined;
  if (recorded?.kind === 'recorded') {
    await ports.outcomes.settlePending(recorded.end);
    return report(ports, { check: { ...standing, state: 'resolved' }, attempt: asked?.attempt });
  }
  const attempt =
    asked && (recorded === undefined ? asked.attempt : { ...asked.attempt, result: recorded.code });
  const next = afterAsking(standing, asked && attempt && { ...asked, attempt }, {
    nowMs: ports.clock.now(),
    horizonSeconds: ports.checkHorizonSeconds,
    fraction: ports.random.fraction(),
  });
  await keep(ports, { message, receivedTimes, standing, next, attempt });
}

/** Writes under the fence, then schedules what follows, then tells. */
async function keep(
  ports: CheckingPorts,
  options: Superseded & { readonly next: Check; readonly attempt: CheckAttempt | undefined },
): Promise<void> {
  const { standing, next, attempt } = options;
  const result = await saveFenced({ store: ports.checks, random: ports.random }, next, standing.rev);
  if (result.kind === 'overtaken') {
    return superseded(ports, { ...options, standing: result.current ?? standing });
  }
  await sendDue(ports, next);
  report(ports, { check: next, attempt });
}

interface Superseded {
  readonly message: CheckMessage;
  readonly receivedTimes: number;
  readonly standing: Check;
}

/** Another message did this work; it may have died before it scheduled the next, or before it told. */
async function superseded(
  ports: CheckingPorts,
  { message, receivedTimes, standing }: Superseded,
): Promise<void> {
  const isUnsent = isNextUnsent(standing, { receivedTimes, nowMs: ports.clock.now() });
  if (standing.state === 'waiting' && isUnsent) await sendDue(ports, standing);
  const isEndOfThis =
    receivedTimes > 1 && standing.state === 'unresolved' && standing.rev === message.rev + 1;
  if (isEndOfThis) report(ports, { check: standing, attempt: undefined });
}

async function sendDue(ports: CheckingPorts, standing: Check): Promise<void> {
  const { nextAttemptAt } = standing;
  if (nextAttemptAt !== undefined)
    await ports.dispatcher.sendAt(checkMessageFor(standing), msOf(nextAttemptAt));
}

/** What an initiator may answer with 200. */
const answerSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('PENDING') }),
  ...(['SUCCEEDED', 'FAILED', 'CLOSED'] as const).map((status) =>
    z.object({
      status: z.literal(status),
      amount: outcomeContentSchema.shape.amount,
      currency: outcomeContentSchema.shape.currency,
      occurredAt: outcomeContentSchema.shape.occurredAt,
      reason: outcomeContentSchema.shape.reason,
    }),
  ),
]);
/** And with 404. A 404 without it may be anybody's: a wrong path, a proxy, a server that is being deployed. */
const unknownSchema = z.object({ status: z.literal('UNKNOWN') });

type Says =
  | { readonly kind: 'ended'; readonly content: OutcomeContent }
  | { readonly kind: 'open'; readonly result: string };

interface Asked {
  readonly attempt: CheckAttempt;
  readonly says: Says;
  readonly body: string;
  readonly waitMs?: number;
}

async function ask(
  ports: CheckingPorts,
  { standing, pending }: { readonly standing: Check; readonly pending: Outcome },
): Promise<Asked> {
  const { merchantId, transactionId } = standing;
  const number = (standing.attempts.at(-1)?.number ?? 0) + 1;
  const made = await sendSigned(ports, {
    id: `chk_${sha256Hex(`${merchantId}\n${transactionId}\n${number}`).slice(0, 32)}`,
    body: JSON.stringify({ merchantId, transactionId, attempt: number }),
    target: {
      url: pending.checkBack?.url ?? '',
      timeoutMs: CHECK_TIMEOUT_MS,
      signers: [serviceSigner(await ports.signingSecret.value())],
    },
    number,
  });
  const says = readAnswer(made, { pending, nowMs: ports.clock.now() });
  const { outcome } = made;
  return {
    says,
    body: made.body,
    ...(outcome.result === 'failed' &&
      outcome.retryAfterSeconds !== undefined && { waitMs: outcome.retryAfterSeconds * SECOND_MS }),
    attempt: {
      number,
      at: isoTime(made.atMs),
      durationMs: Math.round(made.durationMs),
      ...('statusCode' in outcome && outcome.statusCode !== undefined && { statusCode: outcome.statusCode }),
      result: says.kind === 'ended' ? says.content.status : says.result,
    },
  };
}

/** What an answer means. Total: whatever is no answer leaves the question open. */
function readAnswer(
  made: AttemptMade,
  { pending, nowMs }: { readonly pending: Outcome; readonly nowMs: number },
): Says {
  const { outcome, body } = made;
  const statusCode = 'statusCode' in outcome ? outcome.statusCode : undefined;
  // Marks stand where a part is refused: they fail the fields that are read, and nothing else.
  const json = parseJsonParts(body);
  if (statusCode === 404 && json.ok && unknownSchema.safeParse(json.value).success) {
    return pending.checkBack?.onUnknown === 'FAILED'
      ? unknownAsFailed(pending, nowMs)
      : { kind: 'open', result: 'UNKNOWN' };
  }
  if (outcome.result !== 'delivered')
    return { kind: 'open', result: 'code' in outcome ? outcome.code : outcome.result };
  if (statusCode !== 200) return { kind: 'open', result: 'unexpected_status' };
  const parsed = json.ok ? answerSchema.safeParse(json.value) : undefined;
  if (parsed?.success !== true) return { kind: 'open', result: 'invalid_answer' };
  if (parsed.data.status === 'PENDING') return { kind: 'open', result: 'PENDING' };
  return { kind: 'ended', content: { ...prepared(pending), ...parsed.data } };
}

function unknownAsFailed(pending: Outcome, nowMs: number): Says {
  const reason = { code: 'unknown_to_initiator', message: 'The initiator does not know the transaction.' };
  const { amount, currency } = pending;
  const occurredAt = isoTime(nowMs);
  return {
    kind: 'ended',
    content: { ...prepared(pending), status: 'FAILED', amount, currency, occurredAt, reason },
  };
}

/** What the end repeats of its PENDING without being asked. */
function prepared({ transactionType, reference, relatedTransactionId, metadata }: Outcome) {
  return {
    transactionType,
    ...(reference !== undefined && { reference }),
    ...(relatedTransactionId !== undefined && { relatedTransactionId }),
    ...(metadata !== undefined && { metadata }),
  };
}

/**
 * Records what was answered, by the way of every outcome. Whoever was first, the initiator's own word or this answer,
 * stands; where they differ, somebody is told.
 */
async function recordEnd(
  ports: CheckingPorts,
  { pending, content }: { readonly pending: Outcome; readonly content: OutcomeContent },
): Promise<
  { readonly kind: 'recorded'; readonly end: Outcome } | { readonly kind: 'refused'; readonly code: string }
> {
  const { merchantId, transactionId } = pending;
  const key: TransactionKey = { merchantId, transactionId };
  const contradicted = (reason: string) =>
    ports.reporter.report({ event: 'check_contradicted', ...key, reason });
  const result = await recordOutcome(ports, key, content);
  switch (result.kind) {
    case 'created':
    case 'unchanged':
      return { kind: 'recorded', end: result.outcome };
    case 'conflict':
      if (result.current.status !== content.status) contradicted('other_end');
      return { kind: 'recorded', end: result.current };
    case 'mismatch':
      contradicted(`mismatch ${result.fields.join(' ')}`);
      return { kind: 'refused', code: 'outcome_mismatch' };
    case 'unknown_merchant':
    case 'refused':
      throw new Fault({
        code: 'not_recordable',
        message: `An answer was refused: ${result.kind}.`,
        retryable: false,
      });
  }
}

function report(
  ports: CheckingPorts,
  {
    check: { merchantId, transactionId, state, startedAt, nextAttemptAt },
    attempt,
  }: {
    readonly check: Check;
    readonly attempt: CheckAttempt | undefined;
  },
): void {
  if (attempt !== undefined) {
    const { number, result, durationMs, statusCode, at } = attempt;
    ports.reporter.report({
      event: 'check',
      merchantId,
      transactionId,
      number,
      result,
      ...(statusCode !== undefined && { statusCode }),
      durationMs,
      sincePreparedMs: msOf(at) - msOf(startedAt),
      state,
      ...(nextAttemptAt !== undefined && state === 'waiting' && { nextAttemptAt }),
    });
  }
  if (state === 'unresolved') ports.reporter.report({ event: 'unresolved', merchantId, transactionId });
}
