import { type CheckBackHandler, type CheckRequest, type CheckResponse, json } from '../handler.ts';
import { Refusal } from '../refusal.ts';

/** Reads the request and has it answered; what is too large is refused before it is read whole. */
export async function answerTo(
  handler: CheckBackHandler,
  read: () => Promise<CheckRequest> | CheckRequest,
): Promise<CheckResponse> {
  try {
    return await handler(await read());
  } catch (error) {
    if (error instanceof Refusal) return json(error.status, { code: error.code });
    // Nothing is known of the transaction: the service asks again.
    return json(503, { code: 'unavailable' });
  }
}
