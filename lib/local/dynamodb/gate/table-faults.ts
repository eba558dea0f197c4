import { AwsFault } from '../../aws/aws-fault.ts';
import type { TableInput } from '../../iam/calls/partition-values.ts';
import type { SeededFaults } from '../../seeded-faults.ts';

/** A fault of DynamoDB itself, in place of an answer. Nothing was written. */
export interface TableFault {
  readonly fault: AwsFault;
  /** More members of the answer's body. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Decides whether a request meets a fault. */
export type TableFaults = (operation: string, input: () => TableInput) => TableFault | undefined;

const WRITES: readonly string[] = [
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'TransactWriteItems',
];
const THROTTLED =
  'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.';

/** The faults of writes, in the words of the API reference ("TransactWriteItems", "Error handling"). */
export function tableFaults(happens: SeededFaults): TableFaults {
  return (operation, input) => {
    if (operation === 'TransactWriteItems' && happens('transactionConflict')) {
      return cancelled(input(), 'TransactionConflict', 'Transaction is ongoing for the item');
    }
    if (!WRITES.includes(operation) || !happens('throttledWrite')) return undefined;
    return operation === 'TransactWriteItems'
      ? cancelled(input(), 'ProvisionedThroughputExceeded', THROTTLED)
      : { fault: new AwsFault('ProvisionedThroughputExceededException', THROTTLED) };
  };
}

/** A cancelled transaction. Its first item is the reason; each item has an entry in the list. */
function cancelled({ TransactItems }: TableInput, Code: string, Message: string): TableFault {
  const others = Array.isArray(TransactItems) ? TransactItems.slice(1) : [];
  const reasons = [{ Code, Message }, ...others.map(() => ({ Code: 'None' }))];
  const codes = reasons.map((reason) => reason.Code).join(', ');
  return {
    fault: new AwsFault(
      'TransactionCanceledException',
      `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    ),
    details: { CancellationReasons: reasons },
  };
}
