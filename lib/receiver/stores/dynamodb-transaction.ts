import type { DynamoDBDocument, TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { TRANSIENT_REASONS } from '../../protocol/table/transient-failures.ts';
import type { Pauses } from '../pauses.ts';
import { ReceiverFault } from '../receiver-fault.ts';

/** Maximum number of tries when a transaction collides with another one on the same items. */
const MAX_TRIES = 6;
const PAUSE_MS = 20;

/**
 * Writes all items or none.
 *
 * @returns `exists` if the condition of the first item failed: another writer was faster
 * @throws ReceiverFault `effects_refused` if the condition of another item failed, or DynamoDB refused it for good
 */
export async function writeTogether(
  client: DynamoDBDocument,
  pauses: Pauses,
  items: NonNullable<TransactWriteCommandInput['TransactItems']>,
): Promise<'written' | 'exists'> {
  for (let tries = 1; ; tries += 1) {
    try {
      await client.transactWrite({ TransactItems: items });
      return 'written';
    } catch (error) {
      const codes = cancellationCodes(error);
      if (codes === undefined) throw error;
      if (codes[0] === 'ConditionalCheckFailed') return 'exists';
      if (codes.includes('ConditionalCheckFailed') || !codes.some((code) => TRANSIENT_REASONS.has(code))) {
        const message = `A write of onOutcome was refused: ${codes.join(', ')}.`;
        throw new ReceiverFault('effects_refused', message, { cause: error });
      }
      if (tries === MAX_TRIES) throw error;
    }
    await pauses.sleep(PAUSE_MS * 2 ** tries * pauses.fraction());
  }
}

/** Cancellation reason of each item, in the order of the items; undefined for every other error. */
function cancellationCodes(error: unknown): readonly string[] | undefined {
  const { name, CancellationReasons } = error as {
    readonly name?: string;
    readonly CancellationReasons?: readonly { readonly Code?: string }[];
  };
  if (name !== 'TransactionCanceledException') return undefined;
  return (CancellationReasons ?? []).map(({ Code }) => Code ?? 'None');
}
