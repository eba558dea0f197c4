import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Outcome, outcomeSchema, type TransactionKey } from '../../lib/core/model.ts';
import type { Clock } from '../../lib/core/runtime/environment.ts';
import { merchantId, transactionId } from '../../lib/initiator/ids.ts';
import { commitWithOutcome } from '../../lib/initiator/outbox/commit.ts';
import type { TerminalContent } from '../../lib/initiator/recorded-outcome.ts';
import { system } from '../../lib/protocol/runtime/machine.ts';
import { type Meter, meterClient } from './meter.ts';

/** An initiator that writes outcomes in its own transactions. It writes nothing else: that would be its own cost. */
export interface MeteredInitiator {
  commit(key: TransactionKey, content: TerminalContent): Promise<Outcome>;
  end(): void;
}

export function openInitiator(options: {
  readonly tableName: string;
  readonly meter: Meter;
  readonly clock: Clock;
}): MeteredInitiator {
  const { tableName, meter, clock } = options;
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 1 }), {
    marshallOptions: { removeUndefinedValues: true },
  });
  meterClient(client, meter);
  hideDate(client);
  return {
    async commit(key, content) {
      const outcome = {
        ...content,
        merchantId: merchantId(key.merchantId),
        transactionId: transactionId(key.transactionId),
      };
      const commit = { tableName, transactItems: [], outcome, machine: { ...system, clock } };
      const result = await commitWithOutcome(client, commit);
      if (result.kind !== 'committed') throw new Error(`The outcome was not committed: ${result.kind}`);
      return outcomeSchema().parse(result.outcome);
    },
    end: () => client.destroy(),
  };
}

/** Hides the Date header: the clock stands still here, so the clock check would report a skew. */
function hideDate({ config: { requestHandler } }: DynamoDBDocumentClient): void {
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = async (...args: Parameters<typeof handle>) => {
    const answer = await handle(...args);
    delete answer.response.headers.date;
    return answer;
  };
}
