import { addAbortSignal, type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import { Fault } from '../../core/faults.ts';
import { calling } from '../aws-faults.ts';

/** Invokes a function and waits for its result. */
export type InvokeFunction = (call: FunctionCall) => Promise<unknown>;

interface FunctionCall {
  readonly functionName: string;
  readonly event: object;
  /** Milliseconds to wait. The function may go on after that. */
  readonly timeoutMs: number;
}

type SignerOptions = ConstructorParameters<typeof SignatureV4>[0];

export interface InvokeOptions {
  /** Settings of any SDK client: all clients of the function sign with the same credentials. */
  readonly signer: Pick<SignerOptions, 'credentials' | 'region' | 'sha256'>;
  /** Address of Lambda. */
  readonly endpoint: string;
  /** The trace of the invocation that this process works on. Lambda stops loops of functions by it. */
  traceHeader(): string | undefined;
}

const CONNECTION_TIMEOUT_MS = 1_000;

/**
 * Invokes functions by Lambda's HTTP API. The SDK's client would be an eighth of the bundle, for one request.
 *
 * An invocation is not repeated: a request that changes something may have been carried out although its answer was lost.
 */
export function createInvokeFunction({ signer, endpoint, traceHeader }: InvokeOptions): InvokeFunction {
  const signature = new SignatureV4({ ...signer, service: 'lambda' });
  const handler = new NodeHttpHandler({ connectionTimeout: CONNECTION_TIMEOUT_MS });
  const { protocol, hostname, port } = new URL(endpoint);
  const target = { protocol, hostname, ...(port !== '' && { port: Number(port) }) };
  return ({ functionName, event, timeoutMs }) =>
    calling(`Invoking ${functionName}`, async () => {
      const trace = traceHeader();
      const signed = await signature.sign({
        ...target,
        method: 'POST',
        path: `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
        query: {},
        headers: {
          host: port === '' ? hostname : `${hostname}:${port}`,
          'content-type': 'application/json',
          ...(trace !== undefined && { 'x-amzn-trace-id': trace }),
        },
        body: JSON.stringify(event),
      });
      const abortSignal = AbortSignal.timeout(timeoutMs);
      const request = signed as Parameters<NodeHttpHandler['handle']>[0];
      const { response } = await handler.handle(request, { abortSignal });
      const body = await text(addAbortSignal(abortSignal, response.body as Readable));
      assertResult(functionName, response, body);
      return JSON.parse(body) as unknown;
    });
}

interface LambdaResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** @throws Fault if Lambda did not run the function, or the function failed */
function assertResult(functionName: string, { statusCode, headers }: LambdaResponse, body: string): void {
  const failed = headers['x-amz-function-error'];
  if (statusCode === 200 && failed === undefined) return;
  throw new Fault({
    code: failed === undefined ? 'invocation_refused' : 'function_failed',
    message: `Invoking ${functionName}: ${statusCode} ${failed ?? headers['x-amzn-errortype'] ?? ''} ${body.slice(0, 300)}`,
    retryable: failed !== undefined || statusCode === 429 || statusCode >= 500,
  });
}
