import {
  countedInWrite,
  expectationInWrite,
  type StreamedWrite,
} from '../../lib/core/counts/counted-writes.ts';
import type { Outcome } from '../../lib/core/model.ts';
import type { DynamoDbTable } from '../../test/adapters/support/emulators.ts';

/** Writes that the readers of the table's stream would see. */

/** Collects the outcomes that the table's stream would deliver. */
export function watchInserts(
  outcomes: DynamoDbTable['outcomes'],
  inserted: Outcome[],
): DynamoDbTable['outcomes'] {
  return {
    ...outcomes,
    async putIfAbsent(outcome, shard) {
      const result = await outcomes.putIfAbsent(outcome, shard);
      if (result === 'written') inserted.push(outcome);
      return result;
    },
  };
}

/** Collects what the counts would see in the table's stream. */
export function watchCounted(
  { notifications, expectations }: Pick<DynamoDbTable, 'notifications' | 'expectations'>,
  { counted, nowMs }: { readonly counted: StreamedWrite[]; readonly nowMs: () => number },
): Pick<DynamoDbTable, 'notifications' | 'expectations'> {
  let sequence = 0;
  const streamed = () => {
    sequence += 1;
    return { sequence: String(sequence).padStart(40, '0'), writtenMs: nowMs() };
  };
  return {
    notifications: {
      ...notifications,
      async save(notification, expectedRev) {
        const isSaved = await notifications.save(notification, expectedRev);
        const write = countedInWrite(notification, streamed());
        if (isSaved && write !== undefined) counted.push(write);
        return isSaved;
      },
    },
    expectations: {
      ...expectations,
      async keep(expectation) {
        await expectations.keep(expectation);
        counted.push(expectationInWrite({ ...expectation, expectedBefore: 0 }, streamed()));
      },
    },
  };
}
