import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { Fault } from '../../core/faults.ts';
import { calling } from '../aws-faults.ts';

/** Invokes a function and waits for its result. */
export type InvokeFunction = (call: FunctionCall) => Promise<unknown>;

export interface FunctionCall {
  readonly functionName: string;
  readonly event: object;
  /** Milliseconds to wait. The function may go on after that. */
  readonly timeoutMs: number;
}

/**
 * An invocation is not repeated: a request that changes something may have been carried out although its answer was lost.
 *
 * @param lambda a client that makes one attempt
 */
export function createInvokeFunction(lambda: LambdaClient): InvokeFunction {
  return ({ functionName, event, timeoutMs }) =>
    calling(`Invoking ${functionName}`, async () => {
      const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) });
      const abortSignal = AbortSignal.timeout(timeoutMs);
      const { Payload, FunctionError } = await lambda.send(command, { abortSignal });
      if (FunctionError !== undefined || Payload === undefined) {
        throw new Fault({
          code: 'function_failed',
          message: `${functionName} failed: ${FunctionError ?? 'no result'}`,
          retryable: true,
        });
      }
      return JSON.parse(Buffer.from(Payload).toString('utf8')) as unknown;
    });
}
