import { notify } from '../protocol/runtime/observers.ts';
import {
  functionProblem,
  functionsProblem,
  optionalFunctionProblem,
} from '../protocol/runtime/option-rules.ts';
import type { AlertEvent } from './alert.ts';
import { merchantIdProblem, type Outcome } from './outcome.ts';
import { assertOptions, ReceiverFault } from './receiver-fault.ts';
import {
  type AppliedOutcome,
  type ApplyResult,
  type ReceiverStore,
  STORE_FUNCTIONS,
} from './stores/receiver-store.ts';
import { reportingStore } from './stores/reporting-store.ts';

/** Two statements that cannot both be true. Only you can find out which one is right. */
export type Conflict =
  /** A second, different outcome of a transaction whose outcome was applied already. Nothing was written. */
  | { readonly kind: 'contents'; readonly applied: AppliedOutcome; readonly received: Outcome }
  /** Applied here, but the service says that the transaction does not exist. */
  | { readonly kind: 'unknown_there'; readonly applied: AppliedOutcome; readonly asOf: string }
  /** Applied here and known to the service, but the service lists it in another window or in none. */
  | { readonly kind: 'unlisted_there'; readonly applied: AppliedOutcome; readonly asOf: string };

/** What happened to an outcome or a callback. `channel` says how the outcome arrived. */
export type ReceiverEvent =
  | {
      readonly event: 'applied' | 'duplicate' | 'stale';
      readonly channel: 'callback' | 'asked';
      readonly outcome: Outcome;
    }
  | { readonly event: 'conflict'; readonly conflict: Conflict }
  | { readonly event: 'tested' }
  | { readonly event: 'alert'; readonly alert: AlertEvent }
  /** A callback of a type that this version does not know. It was answered with 2xx. */
  | { readonly event: 'ignored'; readonly type: string }
  /** A callback that was answered with 4xx: forged, too late, or for another merchant. */
  | { readonly event: 'refused'; readonly fault: ReceiverFault }
  /** A callback that was answered with 5xx, which the service sends again, or an outcome that the next run finds again. */
  | { readonly event: 'failed'; readonly fault: ReceiverFault };

export interface ApplyingOptions<Tx> {
  readonly merchantId: string;
  readonly store: ReceiverStore<Tx>;
  /**
   * Your own writes, in the store's transaction. They are committed once per outcome, on every channel. Side effects
   * outside of `tx` are not rolled back and may happen more than once. If the function throws, nothing is applied, and
   * the outcome comes again.
   *
   * It must not call the receiver or its store, for example `due()`: with `memoryStore` that is refused, with `sqliteStore`
   * no transaction can begin within another, and with `dynamodbStore` what is applied there is not rolled back with this
   * outcome.
   */
  readonly onOutcome: (outcome: Outcome, tx: Tx) => void | Promise<void>;
  /**
   * Called at least once for each conflict. Default: none. Then a conflicting callback is answered with 409, so that
   * the service keeps alerting its operators, and `reconcile()` does not move past the window.
   */
  readonly onConflict?: (conflict: Conflict) => void | Promise<void>;
  /**
   * For logs and metrics. Its errors are ignored, and nothing waits for it if it is `async`. Default: callbacks that failed here (5xx) are written to
   * standard error with the reason; nothing else is logged.
   */
  readonly onEvent?: (event: ReceiverEvent) => void;
}

/** The only code path that applies outcomes, for callbacks and for the service's answers alike. */
export interface Applying {
  /** The store; its failures are faults. Outcomes are applied with `apply` below only. */
  readonly store: ReceiverStore<never>;
  apply(
    outcome: Outcome,
    by: { readonly channel: 'callback' | 'asked'; readonly acknowledgeLater: boolean },
  ): Promise<ApplyResult>;
  /** @returns whether `onConflict` is set, so that the conflict was handed over */
  conflict(conflict: Conflict): Promise<boolean>;
  report(event: ReceiverEvent): void;
}

export function createApplying<Tx>(options: ApplyingOptions<Tx>): Applying {
  const { merchantId, onOutcome, onConflict, onEvent = logFailure } = options;
  assertOptions([
    merchantIdProblem(merchantId),
    functionsProblem('store', options.store, STORE_FUNCTIONS),
    functionProblem('onOutcome', onOutcome),
    optionalFunctionProblem('onConflict', onConflict),
    functionProblem('onEvent', onEvent),
  ]);
  const store = reportingStore(options.store);

  const report = (event: ReceiverEvent) => notify(onEvent, event);

  const conflict = async (found: Conflict) => {
    report({ event: 'conflict', conflict: found });
    await onConflict?.(found);
    return onConflict !== undefined;
  };

  return {
    store: store as ReceiverStore<never>,
    report,
    conflict,
    async apply(outcome, { channel, acknowledgeLater }) {
      if (outcome.merchantId !== merchantId) {
        throw new ReceiverFault('other_merchant', `The outcome belongs to merchant ${outcome.merchantId}.`);
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

/** Applies an outcome, and reports a failure of `onOutcome` as another fault than one of the store. */
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
    throw cause;
  }
}

function isPending(result: void | PromiseLike<void>): result is PromiseLike<void> {
  return typeof (result as Partial<PromiseLike<void>> | undefined)?.then === 'function';
}
