import * as z from 'zod';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import type { Random } from '../../core/runtime/environment.ts';
import type { Gate } from '../../core/runtime/gate.ts';
import { writeName } from '../../core/runtime/write-name.ts';
import { DAY_SECONDS, isoTime, msOf, SECOND_MS } from '../../core/time.ts';
import { calling } from '../aws-faults.ts';
import { DeleteCommand, GetCommand, PutCommand } from './documents/document-commands.ts';
import { GATE_SK, gatePk } from './items/item-keys.ts';
import { conditionalWrite } from './table/conditions.ts';
import type { Table } from './table/table-client.ts';

const rowSchema = onFirstUse(() =>
  z.object({ closedUntil: z.iso.datetime(), writtenBy: z.string().exactOptional() }),
);

export function createGate(table: Table, random: Pick<Random, 'bytes'>): Gate {
  const { documents, name: TableName } = table;
  return {
    async enter(place, { nowMs, untilMs }) {
      const key = { pk: gatePk(place), sk: GATE_SK };
      const writtenBy = writeName(random);
      const put = new PutCommand({
        TableName,
        Item: {
          ...key,
          closedUntil: isoTime(untilMs),
          writtenBy,
          ttl: Math.floor(untilMs / SECOND_MS) + DAY_SECONDS,
        },
        // Invariant: a caller enters only an open gate, and is alone inside until the time that it wrote.
        ConditionExpression: 'attribute_not_exists(pk) OR closedUntil <= :now',
        ExpressionAttributeValues: { ':now': isoTime(nowMs) },
      });
      const isOpen = await calling('Entering a gate', () => conditionalWrite(() => documents.send(put)));
      if (isOpen) return { kind: 'entered' };
      const { Item } = await calling('Reading a gate', () =>
        documents.send(new GetCommand({ TableName, Key: key, ConsistentRead: true })),
      );
      if (Item === undefined) return { kind: 'closed', untilMs: nowMs };
      const row = rowSchema().parse(Item);
      // If the answer was lost, the SDK repeated the write, which then met the row that the first one had made.
      return row.writtenBy === writtenBy
        ? { kind: 'entered' }
        : { kind: 'closed', untilMs: msOf(row.closedUntil) };
    },

    async leave(place, untilMs) {
      const open = new DeleteCommand({
        TableName,
        Key: { pk: gatePk(place), sk: GATE_SK },
        // Invariant: only the caller that closed the gate opens it. After its time another caller may be inside.
        ConditionExpression: 'closedUntil = :until',
        ExpressionAttributeValues: { ':until': isoTime(untilMs) },
      });
      await calling('Leaving a gate', () => conditionalWrite(() => documents.send(open)));
    },
  };
}
