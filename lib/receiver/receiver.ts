import { optionalFunctionProblem, optionsProblem, textProblem } from '../protocol/runtime/option-rules.ts';
import type { AlertEvent } from './alert.ts';
import { type Applying, type ApplyingOptions, createApplying } from './applying.ts';
import { type Asking, type AskingOptions, createAsking } from './asking.ts';
import { type CallbackHandler, type CallbackResponse, faultFrom, refusal } from './http/handling.ts';
import { assertOptions, ReceiverFault } from './receiver-fault.ts';
import { type Callback, createVerifier, type VerifyOptions } from './verifying/verify.ts';

export interface ReceiverOptions<Tx> extends ApplyingOptions<Tx>, VerifyOptions {
  /** The response body that an endpoint with `expectBody` requires, such as `success`. Default: 204 without a body. */
  readonly answerBody?: string;
  /**
   * Alerts of the service, for endpoints that subscribe to `tidings.*`. Called at least once for each: the same alert has
   * the same `webhookId`. If it throws, the callback is answered with 500 and comes again. Default: alerts are answered
   * with 2xx and reported to `onEvent`. An alert is never applied as an outcome.
   */
  readonly onAlert?: (alert: AlertEvent, webhookId: string) => void | Promise<void>;
  /** How to reach the service, to ask for outcomes whose callbacks never came. */
  readonly service?: AskingOptions;
}

export interface Receiver extends Asking {
  /**
   * Answers callbacks: 2xx only after the commit, 4xx if the callback cannot be trusted, 503 while the store is
   * unavailable. Wrap it in `toNodeHandler`, `toFetchHandler` or `toLambdaHandler`.
   */
  readonly handle: CallbackHandler;
}

/**
 * Creates a receiver. It applies each outcome once, whether its callback arrived or not.
 *
 * @example
 * const receiver = createReceiver({
 *   merchantId: 'demo', secrets: process.env.ENDPOINT_SECRET, store: sqliteStore(db),
 *   onOutcome: (outcome, db) => markOrder(db, outcome.reference, outcome.status),
 * });
 * createServer(toNodeHandler(receiver.handle)).listen(4600);
 * @throws ReceiverFault `invalid_option`, `malformed_secret`, `invalid_time`, `invalid_types`; the message names the option
 */
export function createReceiver<Tx>(options: ReceiverOptions<Tx>): Receiver {
  assertOptions([optionsProblem('createReceiver', options)]);
  const { answerBody } = options;
  assertOptions([
    answerBody === undefined ? undefined : textProblem('answerBody', answerBody),
    optionalFunctionProblem('onAlert', options.onAlert),
  ]);
  const applying = createApplying(options);
  return { handle: createHandle(options, applying), ...createAsking(options, applying) };
}

function createHandle<Tx>(options: ReceiverOptions<Tx>, applying: Applying): CallbackHandler {
  const verify = createVerifier(options);
  const hasConflictHandler = options.onConflict !== undefined;
  const accepted: CallbackResponse =
    options.answerBody === undefined
      ? { status: 204 }
      : { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: options.answerBody };

  const take = async (callback: Callback): Promise<void> => {
    if (callback.kind === 'test') return applying.report({ event: 'tested' });
    if (callback.kind === 'unknown') return applying.report({ event: 'ignored', type: callback.type });
    if (callback.kind === 'alert') return takeAlert(callback);
    const result = await applying.apply(callback.outcome, {
      channel: 'callback',
      acknowledgeLater: false,
    });
    if (result.kind === 'conflict' && !hasConflictHandler) {
      throw new ReceiverFault(
        'outcome_conflict',
        'A different outcome was applied before, and onConflict is not set.',
      );
    }
  };

  const takeAlert = async ({ alert, webhookId }: Extract<Callback, { kind: 'alert' }>): Promise<void> => {
    const { merchantId } = alert.data;
    if (merchantId !== options.merchantId) {
      throw new ReceiverFault('other_merchant', `The alert belongs to merchant ${merchantId}.`);
    }
    try {
      await options.onAlert?.(alert, webhookId);
    } catch (cause) {
      throw new ReceiverFault('alert_not_taken', 'onAlert failed; the service sends the alert again.', {
        cause,
      });
    }
    applying.report({ event: 'alert', alert });
  };

  const onRefused = (fault: ReceiverFault) =>
    applying.report({ event: fault.status < 500 ? 'refused' : 'failed', fault });

  const handle: CallbackHandler = async (request) => {
    try {
      await take(verify(request));
      return accepted;
    } catch (error) {
      const fault = faultFrom(error);
      onRefused(fault);
      return refusal(fault);
    }
  };
  // The adapters refuse some requests before they reach `handle`. These are reported to `onEvent`, too.
  return Object.assign(handle, { onRefused });
}
