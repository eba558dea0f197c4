import { optionsProblem, textProblem } from '../protocol/runtime/option-rules.ts';
import { type Applying, type ApplyingOptions, createApplying } from './applying.ts';
import { type Asking, type AskingOptions, createAsking } from './asking.ts';
import { assertOptions, ReceiverFault } from './faults.ts';
import { type CallbackHandler, type CallbackResponse, faultFrom, refusal } from './http/handling.ts';
import { type Callback, createVerifier, type VerifyOptions } from './verifying/verify.ts';

export interface ReceiverOptions<Tx> extends ApplyingOptions<Tx>, VerifyOptions {
  /** What an endpoint with `expectBody` demands in the answer, such as `success`. */
  readonly answerBody?: string;
  /** Where to ask for what never came. */
  readonly service?: AskingOptions;
}

export interface Receiver extends Asking {
  /**
   * Answers callbacks: 2xx only after the commit, 4xx for what is not to be believed, 503 while the store is away. Put it
   * behind `toNodeHandler`, `toFetchHandler` or `toLambdaHandler`.
   */
  readonly handle: CallbackHandler;
}

/**
 * Receives outcomes so that each is applied once, whether its callback came or not.
 *
 * @example
 * const receiver = createReceiver({
 *   merchantId: 'demo', secrets: process.env.ENDPOINT_SECRET, store: sqliteStore(db),
 *   onOutcome: (outcome, db) => markOrder(db, outcome.reference, outcome.status),
 * });
 * createServer(toNodeHandler(receiver.handle)).listen(4600);
 * @throws ReceiverFault `invalid_option`, `malformed_secret`, `invalid_time`, `invalid_types`, which name the option
 */
export function createReceiver<Tx>(options: ReceiverOptions<Tx>): Receiver {
  assertOptions([optionsProblem('createReceiver', options)]);
  const { answerBody } = options;
  assertOptions([answerBody === undefined ? undefined : textProblem('answerBody', answerBody)]);
  const applying = createApplying(options);
  return { handle: createHandle(options, applying), ...createAsking(options, applying) };
}

function createHandle<Tx>(options: ReceiverOptions<Tx>, applying: Applying): CallbackHandler {
  const verify = createVerifier(options);
  const isTold = options.onConflict !== undefined;
  const accepted: CallbackResponse =
    options.answerBody === undefined
      ? { status: 204 }
      : { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: options.answerBody };

  const take = async (callback: Callback): Promise<void> => {
    if (callback.kind === 'test') return applying.report({ event: 'tested' });
    const result = await applying.apply(callback.outcome, {
      channel: 'callback',
      acknowledgeLater: false,
    });
    if (result.kind === 'conflict' && !isTold) {
      throw new ReceiverFault('outcome_conflict', 'Another end was applied, and nobody here wants to know.');
    }
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
  // The adapters refuse some requests before they come here: `onEvent` hears of these, too.
  return Object.assign(handle, { onRefused });
}
