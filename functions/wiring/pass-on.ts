import type { InvokeFunction } from '../../lib/adapters/functions/invoke-function.ts';
import type { HttpEvent, HttpResult } from '../../lib/api/http/http-event.ts';
import { isTimeout } from '../../lib/core/faults.ts';
import type { Clock, Reporter } from '../../lib/core/runtime/environment.ts';

/** A request that the function behind a function URL passes on. It names itself, so that the console can ask it. */
export interface PassedOnEvent extends HttpEvent {
  readonly passedOnBy: string;
}

interface PassOnOptions {
  readonly functionName: string;
  readonly invoke: InvokeFunction;
  readonly clock: Clock;
  readonly reporter: Reporter;
}

/** Less than either function may run. */
const PATIENCE_MS = 28_000;
const NO_ANSWER = { body: '', isBase64Encoded: false } as const;
/** The other function may still carry the request out, so no time is named at which to send it again. */
const TOO_LATE: HttpResult = { ...NO_ANSWER, statusCode: 504, headers: {} };
const AWAY: HttpResult = { ...NO_ANSWER, statusCode: 503, headers: { 'retry-after': '5' } };

/** Passes requests on to another function, and gives back its answers. A request without an answer is logged with the reason. */
export function passOnTo(options: PassOnOptions): (event: HttpEvent) => Promise<HttpResult> {
  const { functionName, invoke, clock } = options;
  const passedOnBy = process.env.AWS_LAMBDA_FUNCTION_NAME ?? '';
  return async (event) => {
    const passedOn: PassedOnEvent = { ...event, passedOnBy };
    const startedMs = clock.now();
    try {
      return (await invoke({ functionName, event: passedOn, timeoutMs: PATIENCE_MS })) as HttpResult;
    } catch (error) {
      const result = isTimeout(error) ? TOO_LATE : AWAY;
      reportUnanswered(options, event, { startedMs, statusCode: result.statusCode, fault: String(error) });
      return result;
    }
  };
}

interface Unanswered {
  readonly startedMs: number;
  readonly statusCode: number;
  readonly fault: string;
}

function reportUnanswered(
  { clock, reporter }: PassOnOptions,
  { rawPath, requestContext }: HttpEvent,
  { startedMs, statusCode, fault }: Unanswered,
): void {
  // No query: it may hold what somebody searched for.
  const request = `${requestContext.http.method} ${rawPath}`;
  reporter.report({ event: 'request', request, statusCode, durationMs: clock.now() - startedMs, fault });
}
