import {
  functionProblem,
  functionsProblem,
  optionalFunctionProblem,
} from '../protocol/runtime/option-rules.ts';
import { assertOptions, ReceiverFault } from './faults.ts';
import { merchantIdProblem, type Outcome } from './outcome.ts';
import {
  type AppliedOutcome,
  type ApplyResult,
  type ReceiverStore,
  STORE_FUNCTIONS,
} from './stores/receiver-store.ts';

/** Two statements that cannot both be true. Nobody but you can know which one is. */
export type Conflict =
  /** Another end of a transaction whose end was applied already. Nothing was written. */
  | { readonly kind: 'contents'; readonly applied: AppliedOutcome; readonly received: Outcome }
  /** Applied here; the service says that there is no such transaction. */
  | { readonly kind: 'unknown_there'; readonly applied: AppliedOutcome; readonly asOf: string }
  /** Applied here, and the service knows it, but lists it in another window or in none. */
  | { readonly kind: 'unlisted_there'; readonly applied: AppliedOutcome; readonly asOf: string };

/** What came of an outcome, and by which way it came. */
export type ReceiverEvent =
  | {
      readonly event: 'applied' | 'duplicate' | 'stale';
      readonly channel: 'callback' | 'asked';
      readonly outcome: Outcome;
    }
  | { readonly event: 'conflict'; readonly conflict: Conflict }
  | { readonly event: 'tested' }
  /** A callback that was answered with 4xx: forged, too late, or not for us. */
  | { readonly event: 'refused'; readonly fault: ReceiverFault }
  /** A callback that was answered with 5xx: it comes again. */
  | { readonly event: 'failed'; readonly fault: ReceiverFault };

export interface ApplyingOptions<Tx> {
  readonly merchantId: string;
  readonly store: ReceiverStore<Tx>;
  /**
   * Your own writes, in the store's transaction: committed once for each outcome, by whatever way it came. What it does
   * outside of `tx` is not undone, and may happen more than once. If it throws, nothing is applied, and the
   * outcome comes again.
   */
  readonly onOutcome: (outcome: Outcome, tx: Tx) => void | Promise<void>;
  /**
   * Told of contradictions, at least once of each. Without it a conflicting callback is answered 409, so that the
   * service goes on telling its operators, and `reconcile()` does not move past the window.
   */
  readonly onConflict?: (conflict: Conflict) => void | Promise<void>;
  /**
   * For logs and counts; what it throws is thrown away. Without it, callbacks that failed here are written to the
   * standard error output with the reason, and nothing else is.
   */
  readonly onEvent?: (event: ReceiverEvent) => void;
}

/** The one way in which outcomes are applied, for callbacks and for answers alike. */
export interface Applying {
  apply(
    outcome: Outcome,
    by: { readonly channel: 'callback' | 'asked'; readonly acknowledgeLater: boolean },
  ): Promise<ApplyResult>;
  /** @returns whether somebody was told */
  conflict(conflict: Conflict): Promise<boolean>;
  report(event: ReceiverEvent): void;
}

export function createApplying<Tx>(options: ApplyingOptions<Tx>): Applying {
  const { merchantId, store, onOutcome, onConflict, onEvent = logFailure } = options;
  assertOptions([
    merchantIdProblem(merchantId),
    functionsProblem('store', store, STORE_FUNCTIONS),
    functionProblem('onOutcome', onOutcome),
    optionalFunctionProblem('onConflict', onConflict),
    functionProblem('onEvent', onEvent),
  ]);

  const report = (event: ReceiverEvent) => {
    try {
      onEvent(event);
    } catch {
      // A broken log must not make an applied outcome look like one that was not.
    }
  };

  const conflict = async (found: Conflict) => {
    report({ event: 'conflict', conflict: found });
    await onConflict?.(found);
    return onConflict !== undefined;
  };

  return {
    report,
    conflict,
    async apply(outcome, { channel, acknowledgeLater }) {
      if (outcome.merchantId !== merchantId) {
        throw new ReceiverFault('other_merchant', `The outcome is of merchant ${outcome.merchantId}.`);
      }
      const result = await applyIn(store, outcome, { onOutcome, acknowledgeLater });
      if (result.kind === 'conflict') {
        await conflict({ kind: 'contents', applied: result.applied, received: outcome });
      } else {
        report({ event: result.kind, channel, outcome });
      }
      return result;
    },
  };
}

function logFailure(event: ReceiverEvent): void {
  if (event.event === 'failed') console.error(event.fault);
}

/** Tells the user's own failures from those of the store. */
async function applyIn<Tx>(
  store: ReceiverStore<Tx>,
  outcome: Outcome,
  options: Pick<ApplyingOptions<Tx>, 'onOutcome'> & { readonly acknowledgeLater: boolean },
): Promise<ApplyResult> {
  let failure: { readonly cause: unknown } | undefined;
  const effects = (tx: Tx) => {
    const failed = (cause: unknown) => {
      failure = { cause };
      throw cause;
    };
    try {
      const result = options.onOutcome(outcome, tx);
      return isPending(result) ? Promise.resolve(result).catch(failed) : result;
    } catch (cause) {
      return failed(cause);
    }
  };
  try {
    return await store.apply(outcome, effects, options);
  } catch (cause) {
    if (failure !== undefined) {
      throw new ReceiverFault('outcome_not_applied', 'onOutcome failed; nothing was applied.', failure);
    }
    if (cause instanceof ReceiverFault) throw cause;
    throw new ReceiverFault('store_unavailable', 'The store failed; the outcome comes again.', { cause });
  }
}

function isPending(result: void | PromiseLike<void>): result is PromiseLike<void> {
  return typeof (result as Partial<PromiseLike<void>> | undefined)?.then === 'function';
}
