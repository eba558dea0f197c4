import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';

/** Runs one conditional write. True if it was done, false if a condition did not hold. */
export async function conditionalWrite(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

interface WriteCondition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeValues?: Record<string, unknown>;
}

/** The condition that a row is unchanged since it was read, by its counter. `seen` undefined: there was no row. */
export function unchangedSince(counter: 'rev' | 'revision', seen: number | undefined): WriteCondition {
  if (seen === undefined) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return { ConditionExpression: `${counter} = :seen`, ExpressionAttributeValues: { ':seen': seen } };
}

/** A transaction that collided with another one was not refused: a retry may succeed. */
function isRefusal(error: unknown): boolean {
  if (error instanceof ConditionalCheckFailedException) return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = error.CancellationReasons?.map(({ Code }) => Code) ?? [];
  return codes.includes('ConditionalCheckFailed');
}
