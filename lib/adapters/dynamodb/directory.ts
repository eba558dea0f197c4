import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { merchantIdSchema } from '../../core/model.ts';
import type { Directory, DirectoryEntry, Mark, OwnMark } from '../../core/ports.ts';
import { calling } from '../aws-faults.ts';
import type { Table } from './client.ts';
import { unlessRefused } from './conditions.ts';
import { AUDITED_SK, CLOSED_SK, directoryPartitionPk, directoryPk, merchantPk, STATED_SK } from './keys.ts';
import { queryAll } from './query-all.ts';

const entrySchema = z
  .object({
    merchantId: merchantIdSchema,
    createdAt: z.iso.datetime(),
    closedThrough: z.iso.datetime().exactOptional(),
    failures: z.number().int().default(0),
    auditedThrough: z.iso.datetime().exactOptional(),
    auditFailures: z.number().int().default(0),
    statedThrough: z.iso.datetime().exactOptional(),
    statementFailures: z.number().int().default(0),
  })
  .transform(
    ({ merchantId, createdAt, ...row }): DirectoryEntry => ({
      merchantId,
      createdAt,
      own: {
        closed: ownMark(row.closedThrough, row.failures),
        audited: ownMark(row.auditedThrough, row.auditFailures),
        stated: ownMark(row.statedThrough, row.statementFailures),
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
  stated: { '#through': 'statedThrough', '#failures': 'statementFailures' },
};

const closedSchema = z.object({ closedThrough: z.iso.datetime(), windowSeconds: z.number().int() });

/** Marks of a partition that hold nothing but a time, under a name of its own. */
interface ThroughMark {
  readonly sk: string;
  readonly attribute: string;
}

const AUDITED: ThroughMark = { sk: AUDITED_SK, attribute: 'auditedThrough' };
const STATED: ThroughMark = { sk: STATED_SK, attribute: 'statedThrough' };

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
  const readThrough = async (partition: number, { sk, attribute }: ThroughMark) => {
    const mark = await readMark(partition, sk);
    return mark === undefined ? undefined : z.iso.datetime().parse(mark[attribute]);
  };
  const saveThrough = async (partition: number, through: string, { sk, attribute }: ThroughMark) => {
    await update(
      new UpdateCommand({
        TableName,
        Key: { pk: directoryPartitionPk(partition), sk },
        UpdateExpression: 'SET #through = :through',
        // Invariant: never back.
        ConditionExpression: 'attribute_not_exists(pk) OR #through < :through',
        ExpressionAttributeNames: { '#through': attribute },
        ExpressionAttributeValues: { ':through': through },
      }),
    );
  };

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

    audited: (partition) => readThrough(partition, AUDITED),
    saveAudited: (partition, through) => saveThrough(partition, through, AUDITED),
    stated: (partition) => readThrough(partition, STATED),
    saveStated: (partition, through) => saveThrough(partition, through, STATED),
  };
}
