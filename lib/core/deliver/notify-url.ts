import type { TerminalOutcome } from '../model.ts';
import type { OutcomeStore } from '../record/outcome-store.ts';

/** The transaction's own callback URL: from the terminal outcome, otherwise from its PENDING (version 1). */
export async function notifyUrlOf(
  outcomes: Pick<OutcomeStore, 'read'>,
  outcome: TerminalOutcome,
): Promise<string | undefined> {
  if (outcome.notifyUrl !== undefined || outcome.version === 1) return outcome.notifyUrl;
  const { merchantId, transactionId } = outcome;
  return (await outcomes.read({ merchantId, transactionId, version: 1 }))?.notifyUrl;
}
