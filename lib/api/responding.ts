import type { Context } from 'hono';
import type { Clock, Reporter } from '../core/environment.ts';
import { Fault, isUnreadable } from '../core/faults.ts';
import type { Caller } from '../core/merchants/access-keys.ts';
import type { MerchantId } from '../core/model.ts';
import type { AnswerSigner } from '../core/query/answer-signer.ts';
import { isoTime } from '../core/time.ts';
import type { AppEnv } from './http-event.ts';
import { type Answer, type Problem, problem } from './operation.ts';
import { PROBLEMS } from './problems.ts';
import { canonicalRequest } from './request-reading.ts';

/** What is told of a fault: its reason is for the log, and not for who asks. */
export function faultProblem(error: unknown): Answer {
  if (error instanceof Fault && error.code === 'clock_skew') return problem('clock_skew');
  if (isUnreadable(error)) return problem('unreadable_row');
  return problem(error instanceof Fault && error.retryable ? 'unavailable' : 'internal');
}

/** What the response signs with, and what it reports to. */
export interface RespondPorts {
  readonly sign: AnswerSigner;
  readonly clock: Clock;
  readonly reporter: Reporter;
}

/** A request that was answered. */
export interface Answered {
  readonly answer: Answer;
  readonly startedMs: number;
  readonly caller?: Caller | undefined;
  /** What was thrown on the way, for the log. */
  readonly fault?: unknown;
}

/** Makes the response of an answer: enveloped and signed for keys of a merchant's own, and logged as one line. */
export async function respond(
  ports: RespondPorts,
  c: Context<AppEnv>,
  answered: Answered,
): Promise<Response> {
  const { answer, caller, startedMs } = answered;
  const request = canonicalRequest(c);
  const asOf = answer.asOf ?? isoTime(startedMs);
  const status = answer.kind === 'problem' ? PROBLEMS[answer.code][0] : answer.status;
  let response: Response;
  try {
    response = await build(ports, { answer, status, envelope: envelopeOf(caller, request, asOf) });
  } catch (error) {
    // An answer that cannot be signed is not given: the receiver asks again.
    return respond(ports, c, { answer: faultProblem(error), startedMs, fault: error });
  }
  ports.reporter.report({
    event: 'request',
    request,
    statusCode: response.status,
    durationMs: ports.clock.now() - startedMs,
    ...(answer.kind === 'problem' && { code: answer.code }),
    ...(caller !== undefined && { keyId: caller.keyId }),
    ...(caller?.merchantId !== undefined && { merchantId: caller.merchantId }),
    ...(answered.fault !== undefined && { fault: String(answered.fault) }),
  });
  return response;
}

interface Envelope {
  readonly merchantId: MerchantId;
  readonly request: string;
  readonly asOf: string;
}

/** Answers to keys of a merchant's own say whose, to what and as of when they are: so none passes for another. */
function envelopeOf(caller: Caller | undefined, request: string, asOf: string): Envelope | undefined {
  const signs = caller?.scope === 'receiver' || caller?.scope === 'merchant';
  if (!signs || caller.merchantId === undefined) return undefined;
  return { merchantId: caller.merchantId, request, asOf };
}

interface Content {
  readonly answer: Answer;
  readonly status: number;
  readonly envelope: Envelope | undefined;
}

async function build({ sign }: RespondPorts, { answer, status, envelope }: Content): Promise<Response> {
  const content = answer.kind === 'problem' ? problemBody(answer, status) : answer.body;
  if (content === undefined) return new Response(null, { status });
  const body = JSON.stringify({ ...envelope, ...content });
  const signature = envelope === undefined ? {} : await sign(envelope.merchantId, body);
  const type = answer.kind === 'problem' ? 'application/problem+json' : 'application/json';
  return new Response(body, {
    status,
    headers: {
      'content-type': type,
      'cache-control': 'no-store',
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(answer.kind === 'problem' && answer.headers),
      ...signature,
    },
  });
}

function problemBody(answer: Problem, status: number): object {
  return {
    type: 'about:blank',
    title: PROBLEMS[answer.code][1],
    status,
    code: answer.code,
    ...(answer.errors !== undefined && { errors: answer.errors }),
    ...answer.extra,
  };
}
