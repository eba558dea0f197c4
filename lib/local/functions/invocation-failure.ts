import type { InvocationError } from './protocol.ts';

/** How an invocation failed: the function threw, timed out, crashed its thread, or the event was too old to begin. */
export type FailureKind = 'function-error' | 'time-out' | 'crash' | 'expired';

/** A failed invocation. */
export class InvocationFailure extends Error {
  readonly kind: FailureKind;
  readonly error: InvocationError;

  constructor(kind: FailureKind, error: InvocationError) {
    super(`${error.errorType}: ${error.errorMessage}`);
    this.name = 'InvocationFailure';
    this.kind = kind;
    this.error = error;
  }
}

/** The failure of what still runs or waits when the local cloud stops. */
export const STOPPED: InvocationError = {
  errorType: 'Runtime.Ended',
  errorMessage: 'The local cloud stopped.',
  trace: [],
};

export function timedOut(what: string, timeoutMs: number): InvocationError {
  const errorMessage = `${what} timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
  return { errorType: 'Sandbox.Timedout', errorMessage, trace: [] };
}
