import type { Caller } from '../iam/callers/caller.ts';
import type { Guard } from '../iam/guard.ts';
import type { AwsCall } from './aws-client.ts';
import { AwsFault } from './aws-fault.ts';
import type { AwsInput, JsonService } from './aws-server.ts';

const NEVER = new AbortController().signal;

/**
 * Calls a service of this process as `caller`: judged as a request is, but without HTTP and a signature. The caller must not
 * change what it passes and receives.
 */
export function localCall(service: JsonService, guard: Guard, caller: Caller): AwsCall {
  return async <Output>(operation: string, input: unknown, signal = NEVER): Promise<Output> => {
    const run = service.operations[operation];
    if (run === undefined) {
      throw new AwsFault('UnsupportedOperation', `The local cloud does not know ${operation}.`);
    }
    guard.demand(caller, () => service.calls(operation, input as AwsInput));
    const output = await run(input as AwsInput, { disconnected: signal, traceHeader: undefined });
    return (output ?? {}) as Output;
  };
}
