import { attemptOfWrite, type StreamedAttempt } from '../../lib/core/counts/count-attempts.ts';
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

/** Collects the attempts that the table's stream would deliver. */
export function watchAttempts(
  notifications: DynamoDbTable['notifications'],
  attempted: StreamedAttempt[],
): DynamoDbTable['notifications'] {
  let sequence = 0;
  return {
    ...notifications,
    async save(notification, expectedRev) {
      const isSaved = await notifications.save(notification, expectedRev);
      sequence += 1;
      const attempt = attemptOfWrite(notification, String(sequence).padStart(40, '0'));
      if (isSaved && attempt !== undefined) attempted.push(attempt);
      return isSaved;
    },
  };
}
