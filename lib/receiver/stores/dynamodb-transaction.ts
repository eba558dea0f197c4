import type { DynamoDBDocument, TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { ReceiverFault } from '../faults.ts';
import type { Pauses } from '../pauses.ts';

/** A transaction that meets another one on the same items is tried again this many times. */
const MAX_TRIES = 6;
const PAUSE_MS = 20;
/** Reasons of DynamoDB for which the same transaction may succeed later. */
const PASSING = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
]);

/**
 * Writes all items or none.
 *
 * @returns `exists` where the condition of the first item was not met: somebody else was faster
 * @throws ReceiverFault `effects_refused` where the condition of another item was not met
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
      if (codes.includes('ConditionalCheckFailed') || !codes.some((code) => PASSING.has(code))) {
        const message = `A write of onOutcome was refused: ${codes.join(', ')}.`;
        throw new ReceiverFault('effects_refused', message, { cause: error });
      }
      if (tries === MAX_TRIES) throw error;
    }
    await pauses.sleep(PAUSE_MS * 2 ** tries * pauses.fraction());
  }
}

/** Why each item was refused, in their order; undefined where that was not the error. */
function cancellationCodes(error: unknown): readonly string[] | undefined {
  const { name, CancellationReasons } = error as {
    readonly name?: string;
    readonly CancellationReasons?: readonly { readonly Code?: string }[];
  };
  if (name !== 'TransactionCanceledException') return undefined;
  return (CancellationReasons ?? []).map(({ Code }) => Code ?? 'None');
}
