import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { merchantIdSchema } from '../../core/model.ts';
import type { Directory, DirectoryEntry, Mark, OwnMark } from '../../core/ports.ts';
import { calling } from '../aws-faults.ts';
import type { Table } from './client.ts';
import { unlessRefused } from './conditions.ts';
import { AUDITED_SK, CLOSED_SK, directoryPartitionPk, directoryPk, merchantPk } from './keys.ts';
import { queryAll } from './query-all.ts';

const entrySchema = z
  .object({
    merchantId: merchantIdSchema,
    createdAt: z.iso.datetime(),
    closedThrough: z.iso.datetime().exactOptional(),
    failures: z.number().int().default(0),
    auditedThrough: z.iso.datetime().exactOptional(),
    auditFailures: z.number().int().default(0),
  })
  .transform(
    ({ merchantId, createdAt, ...row }): DirectoryEntry => ({
      merchantId,
      createdAt,
      own: {
        closed: ownMark(row.closedThrough, row.failures),
        audited: ownMark(row.auditedThrough, row.auditFailures),
      },
    }),
  );

function ownMark(through: string | undefined, failures: number): OwnMark {
  return { ...(through !== undefined && { through }), failures };
}

/** The attributes of a merchant's row that hold its own marks. */
const OWN: Readonly<Record<Mark, Readonly<Record<string, string>>>> = {
  closed: { '#through': 'closedThrough', '#failures': 'failures' },
  audited: { '#through': 'auditedThrough', '#failures': 'auditFailures' },
};

const closedSchema = z.object({ closedThrough: z.iso.datetime(), windowSeconds: z.number().int() });
const auditedSchema = z.object({ auditedThrough: z.iso.datetime() });

export function createDirectory(table: Table): Directory {
  const { documents, name: TableName } = table;
  const readMark = async (partition: number, sk: string) => {
    const { Item } = await calling('Reading a mark', () =>
      documents.send(
        new GetCommand({ TableName, Key: { pk: directoryPartitionPk(partition), sk }, ConsistentRead: true }),
      ),
    );
    return Item;
  };
  const update = (command: UpdateCommand) =>
    calling('Saving a mark', () => unlessRefused(() => documents.send(command)));

  return {
    async list(partition) {
      const items = await queryAll(table, 'Listing merchants', {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :merchants)',
        ExpressionAttributeValues: { ':pk': directoryPartitionPk(partition), ':merchants': 'M#' },
        ConsistentRead: true,
      });
      return items.map((item) => entrySchema.parse(item));
    },

    async entry(merchantId) {
      const { Item } = await calling('Reading a directory row', () =>
        documents.send(
          new GetCommand({
            TableName,
            Key: { pk: directoryPk(merchantId), sk: merchantPk(merchantId) },
            ConsistentRead: true,
          }),
        ),
      );
      return Item === undefined ? undefined : entrySchema.parse(Item);
    },

    async closed(partition) {
      const mark = await readMark(partition, CLOSED_SK);
      return mark === undefined ? undefined : closedSchema.parse(mark);
    },

    async saveClosed(partition, { closedThrough, windowSeconds }) {
      await update(
        new UpdateCommand({
          TableName,
          Key: { pk: directoryPartitionPk(partition), sk: CLOSED_SK },
          UpdateExpression:
            'SET closedThrough = :through, windowSeconds = if_not_exists(windowSeconds, :seconds)',
          // Invariant: what is closed stays closed; a run that was overtaken changes nothing.
          ConditionExpression: 'attribute_not_exists(pk) OR closedThrough < :through',
          ExpressionAttributeValues: { ':through': closedThrough, ':seconds': windowSeconds },
        }),
      );
    },

    async saveOwnMark(merchantId, mark, through) {
      const key = { TableName, Key: { pk: directoryPk(merchantId), sk: merchantPk(merchantId) } };
      const { '#failures': failures = '' } = OWN[mark];
      // Invariant: the earliest failure counts; and no row is made for a merchant that is not there.
      const isEarliest = await update(
        new UpdateCommand({
          ...key,
          UpdateExpression: 'SET #through = :through ADD #failures :one',
          ConditionExpression:
            'attribute_exists(pk) AND (attribute_not_exists(#through) OR #through > :through)',
          ExpressionAttributeNames: OWN[mark],
          ExpressionAttributeValues: { ':one': 1, ':through': through },
        }),
      );
      if (isEarliest) return;
      await update(
        new UpdateCommand({
          ...key,
          UpdateExpression: 'ADD #failures :one',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeNames: { '#failures': failures },
          ExpressionAttributeValues: { ':one': 1 },
        }),
      );
    },

    async moveOwnMark({ merchantId, own }, mark, through) {
      const seen = own[mark];
      if (seen.through === undefined) return;
      await update(
        new UpdateCommand({
          TableName,
          Key: { pk: directoryPk(merchantId), sk: merchantPk(merchantId) },
          UpdateExpression: through === undefined ? 'REMOVE #through' : 'SET #through = :next',
          // Invariant: nobody fell behind since this run listed it, at a later window perhaps.
          ConditionExpression: '#through = :seen AND #failures = :failures',
          ExpressionAttributeNames: OWN[mark],
          ExpressionAttributeValues: {
            ':seen': seen.through,
            ':failures': seen.failures,
            ...(through !== undefined && { ':next': through }),
          },
        }),
      );
    },

    async audited(partition) {
      const mark = await readMark(partition, AUDITED_SK);
      return mark === undefined ? undefined : auditedSchema.parse(mark).auditedThrough;
    },

    async saveAudited(partition, auditedThrough) {
      await update(
        new UpdateCommand({
          TableName,
          Key: { pk: directoryPartitionPk(partition), sk: AUDITED_SK },
          UpdateExpression: 'SET auditedThrough = :through',
          // Invariant: never back.
          ConditionExpression: 'attribute_not_exists(pk) OR auditedThrough < :through',
          ExpressionAttributeValues: { ':through': auditedThrough },
        }),
      );
    },
  };
}
