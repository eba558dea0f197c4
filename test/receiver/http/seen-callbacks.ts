import { afterEach } from 'vitest';
import { type CallbackHandler, verify } from '../../../lib/receiver/index.ts';
import { newSecret, sampleOutcome, signedCallback } from '../../../lib/receiver/testing/index.ts';

export const secret = newSecret();
const outcome = sampleOutcome({ metadata: { note: '谢谢 ✓' } });

export const signed = () => signedCallback(outcome, { secrets: secret });
export const huge = { ...signed(), body: 'x'.repeat(65_537) };

/** A handler that verifies callbacks and keeps the ids of their transactions. They are forgotten after each test. */
export function useHandler() {
  const seen: string[] = [];
  const handler: CallbackHandler = (request) => {
    const callback = verify(request, { secrets: secret });
    if (callback.kind === 'outcome') seen.push(callback.outcome.transactionId);
    return { status: 204 };
  };

  afterEach(() => seen.splice(0));

  return {
    seen,
    handler,
  };
}
