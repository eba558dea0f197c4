import { Fault } from '../faults.ts';
import type { Outcome, OutcomeContent, TransactionKey } from '../model.ts';
import { type RecordPorts, recordOutcome } from '../record/record.ts';

/**
 * Records an initiator's answer like any outcome. The first write wins, whether it was the initiator's own recording or
 * this answer. If the two differ, the event `check_contradicted` is reported.
 *
 * @throws Fault `not_recordable` (not retryable) if the merchant is unknown or the content is refused
 */
export async function recordEnd(
  ports: RecordPorts,
  { pending, content }: { readonly pending: Outcome; readonly content: OutcomeContent },
): Promise<
  | { readonly kind: 'recorded'; readonly end: Outcome }
  | { readonly kind: 'refused'; readonly code: string }
  /** The merchant was erased while its initiator was asked. */
  | { readonly kind: 'merchant_erased' }
> {
  const { merchantId, transactionId } = pending;
  const key: TransactionKey = { merchantId, transactionId };
  const contradicted = (reason: string) =>
    ports.reporter.report({ event: 'check_contradicted', ...key, reason });
  const result = await recordOutcome(ports, key, content);
  switch (result.kind) {
    case 'created':
    case 'unchanged':
      return { kind: 'recorded', end: result.outcome };
    case 'conflict':
      if (result.current.status !== content.status) contradicted('other_end');
      return { kind: 'recorded', end: result.current };
    case 'mismatch':
      contradicted(`mismatch ${result.fields.join(' ')}`);
      return { kind: 'refused', code: 'outcome_mismatch' };
    case 'merchant_erased':
      return { kind: result.kind };
    case 'unknown_merchant':
    case 'refused':
      throw new Fault({
        code: 'not_recordable',
        message: `The initiator's answer cannot be recorded: ${result.kind}.`,
        retryable: false,
      });
  }
}
