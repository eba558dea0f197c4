import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { TestGate } from '../../core/deliver/attempt/test-request.ts';
import { DAY_SECONDS, isoTime, msOf, SECOND_MS } from '../../core/time.ts';
import { calling } from '../aws-faults.ts';
import { healthPk, TEST_SK } from './items/item-keys.ts';
import { unlessRefused } from './table/conditions.ts';
import type { Table } from './table/table-client.ts';

const rowSchema = z.object({ closedUntil: z.iso.datetime() });

/** Beside the endpoint's health, where the function that sends may write anyway. */
export function createTestGate(table: Table): TestGate {
  const { documents, name: TableName } = table;
  return {
    async enter({ merchantId, endpointId }, { nowMs, untilMs }) {
      const key = { pk: healthPk({ merchantId, circuitId: endpointId }), sk: TEST_SK };
      const put = new PutCommand({
        TableName,
        Item: {
          ...key,
          closedUntil: isoTime(untilMs),
          ttl: Math.floor(untilMs / SECOND_MS) + DAY_SECONDS,
        },
        // Invariant: whoever enters finds nobody inside, and is alone until the time that it wrote.
        ConditionExpression: 'attribute_not_exists(pk) OR closedUntil <= :now',
        ExpressionAttributeValues: { ':now': isoTime(nowMs) },
      });
      const isOpen = await calling('Entering a test', () => unlessRefused(() => documents.send(put)));
      if (isOpen) return { kind: 'entered' };
      const { Item } = await calling('Reading who tests', () =>
        documents.send(new GetCommand({ TableName, Key: key, ConsistentRead: true })),
      );
      return {
        kind: 'closed',
        untilMs: Item === undefined ? nowMs : msOf(rowSchema.parse(Item).closedUntil),
      };
    },
  };
}
