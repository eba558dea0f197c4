import type { Context } from 'hono';
import { Fault, isUnknownMerchant, isUnreadable } from '../../core/faults.ts';
import type { Caller } from '../../core/merchants/keys/access-keys.ts';
import type { MerchantId } from '../../core/model.ts';
import type { AnswerSigner } from '../../core/query/answer-signer.ts';
import type { Clock, Reporter } from '../../core/runtime/environment.ts';
import { isoTime } from '../../core/time.ts';
import { type Answer, type Problem, problem } from '../contract/operation.ts';
import { PROBLEMS } from '../contract/problems.ts';
import type { AppEnv } from './http-event.ts';
import { canonicalRequest } from './request-reading.ts';

/** The problem that a caller gets for a fault. The reason goes to the log, not to the caller. */
export function faultProblem(error: unknown): Answer {
  if (error instanceof Fault && error.code === 'clock_skew') return problem('clock_skew');
  if (isUnreadable(error)) return problem('unreadable_row');
  if (isUnknownMerchant(error)) return problem('unknown_merchant');
  return problem(error instanceof Fault && error.retryable ? 'unavailable' : 'internal');
}

/** What a response needs: the signer, the clock and the reporter. */
export interface RespondPorts {
  readonly sign: AnswerSigner;
  readonly clock: Clock;
  readonly reporter: Reporter;
}

/** An answered request. */
export interface Answered {
  readonly answer: Answer;
  readonly startedMs: number;
  readonly caller?: Caller | undefined;
  /** The error that was thrown, for the log. */
  readonly fault?: unknown;
}

/** Builds the response and logs one line. Answers to receiver and merchant keys get the envelope and a signature. */
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
    // Never send an unsigned answer: send a problem instead, and the receiver retries.
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

/** Binds an answer to its merchant, request and time, so that it cannot pass for the answer to another request. */
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
    type: `/docs#${answer.code}`,
    title: PROBLEMS[answer.code][1],
    status,
    code: answer.code,
    ...(answer.detail !== undefined && { detail: answer.detail }),
    ...(answer.errors !== undefined && { errors: answer.errors }),
    ...answer.extra,
  };
}
