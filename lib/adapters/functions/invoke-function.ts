import { Fault } from '../../core/faults.ts';
import { calling } from '../aws-faults.ts';
import { createSignedRequests, type RequestSigner, type SignedAnswer } from '../signed-requests.ts';

/** Invokes a function and waits for its result. */
export type InvokeFunction = (call: FunctionCall) => Promise<unknown>;

interface FunctionCall {
  readonly functionName: string;
  readonly event: object;
  /** Milliseconds to wait. The function may go on after that. */
  readonly timeoutMs: number;
}

export interface InvokeOptions {
  readonly signer: RequestSigner;
  /** Address of Lambda. */
  readonly endpoint: string;
  /** The trace of the invocation that this process works on. Lambda stops loops of functions by it. */
  traceHeader(): string | undefined;
}

/**
 * Invokes functions by Lambda's HTTP API. The SDK's client would be an eighth of the bundle, for one request.
 *
 * An invocation is not repeated: a request that changes something may have been carried out although its answer was lost.
 */
export function createInvokeFunction({ signer, endpoint, traceHeader }: InvokeOptions): InvokeFunction {
  const send = createSignedRequests({ signer, service: 'lambda', endpoint });
  return ({ functionName, event, timeoutMs }) =>
    calling(`Invoking ${functionName}`, async () => {
      const trace = traceHeader();
      const answer = await send({
        method: 'POST',
        path: `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
        headers: {
          'content-type': 'application/json',
          ...(trace !== undefined && { 'x-amzn-trace-id': trace }),
        },
        body: JSON.stringify(event),
        timeoutMs,
      });
      assertResult(functionName, answer);
      return JSON.parse(answer.body) as unknown;
    });
}

/** @throws Fault if Lambda did not run the function, or the function failed */
function assertResult(functionName: string, { statusCode, headers, body }: SignedAnswer): void {
  const failed = headers['x-amz-function-error'];
  if (statusCode === 200 && failed === undefined) return;
  throw new Fault({
    code: failed === undefined ? 'invocation_refused' : 'function_failed',
    message: `Invoking ${functionName}: ${statusCode} ${failed ?? headers['x-amzn-errortype'] ?? ''} ${body.slice(0, 300)}`,
    retryable: failed !== undefined || statusCode === 429 || statusCode >= 500,
  });
}
