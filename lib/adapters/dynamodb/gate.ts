import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Gate } from '../../core/gate.ts';
import { DAY_SECONDS, isoTime, msOf, SECOND_MS } from '../../core/time.ts';
import { calling } from '../aws-faults.ts';
import { type GATES, healthPk } from './items/item-keys.ts';
import { type Item, readItem } from './reading-rows.ts';
import { unlessRefused } from './table/conditions.ts';
import type { Table } from './table/table-client.ts';

const rowSchema = z.object({ closedUntil: z.iso.datetime() });

/** Beside the circuit's health, where the function that sends may write anyway. */
export function createGate(table: Table, sk: (typeof GATES)[keyof typeof GATES]): Gate {
  const { documents, name: TableName } = table;
  const closedUntilMs = (item: Item) =>
    msOf(readItem(table, item, { kind: 'a gate', read: (one) => rowSchema.parse(one) }).closedUntil);
  return {
    async enter(circuit, { nowMs, untilMs }) {
      const key = { pk: healthPk(circuit), sk };
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
      const isOpen = await calling('Entering a gate', () => unlessRefused(() => documents.send(put)));
      if (isOpen) return { kind: 'entered' };
      const { Item } = await calling('Reading a gate', () =>
        documents.send(new GetCommand({ TableName, Key: key, ConsistentRead: true })),
      );
      return {
        kind: 'closed',
        untilMs: Item === undefined ? nowMs : closedUntilMs(Item),
      };
    },
  };
}
