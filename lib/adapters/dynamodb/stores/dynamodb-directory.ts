import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Directory, DirectoryEntry, Mark, OwnMark } from '../../../core/bookkeeping/directory.ts';
import { storedMerchantId } from '../../../core/stored.ts';
import { merchantPk } from '../../../protocol/table/outcome-layout.ts';
import { calling } from '../../aws-faults.ts';
import { AUDITED_SK, CLOSED_SK, directoryPartitionPk, directoryPk, STATED_SK } from '../items/item-keys.ts';
import { type Item, readItem } from '../reading-rows.ts';
import { unlessRefused } from '../table/conditions.ts';
import { queryAll } from '../table/query-all.ts';
import type { Table } from '../table/table-client.ts';

const time = z.iso.datetime().exactOptional();
const rev = z.number().int().default(0);
const entrySchema = z
  .object({
    merchantId: storedMerchantId,
    createdAt: z.iso.datetime(),
    closedThrough: time,
    closedUntil: time,
    closedRev: rev,
    auditedThrough: time,
    auditedUntil: time,
    auditedRev: rev,
    statedThrough: time,
    statedUntil: time,
    statedRev: rev,
  })
  .transform(
    ({ merchantId, createdAt, ...row }): DirectoryEntry => ({
      merchantId,
      createdAt,
      own: {
        closed: ownMark(row.closedThrough, row.closedUntil, row.closedRev),
        audited: ownMark(row.auditedThrough, row.auditedUntil, row.auditedRev),
        stated: ownMark(row.statedThrough, row.statedUntil, row.statedRev),
      },
    }),
  );

function ownMark(through: string | undefined, until: string | undefined, rev: number): OwnMark {
  return { ...(through !== undefined && until !== undefined && { open: { through, until } }), rev };
}

/** The attributes of a merchant's row that hold its own marks. */
const OWN: Readonly<Record<Mark, Readonly<Record<string, string>>>> = {
  closed: { '#through': 'closedThrough', '#until': 'closedUntil', '#rev': 'closedRev' },
  audited: { '#through': 'auditedThrough', '#until': 'auditedUntil', '#rev': 'auditedRev' },
  stated: { '#through': 'statedThrough', '#until': 'statedUntil', '#rev': 'statedRev' },
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
  const readEntry = (item: Item) =>
    readItem(table, item, { kind: 'a directory row', read: (one) => entrySchema.parse(one) });
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
    const read = (item: Item) => z.iso.datetime().parse(item[attribute]);
    return mark && readItem(table, mark, { kind: 'a mark', read });
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
      // One that cannot be read stops its partition: left out, its windows would count as closed and empty.
      return items.map(readEntry);
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
      return Item && readEntry(Item);
    },

    async closed(partition) {
      const mark = await readMark(partition, CLOSED_SK);
      return mark && readItem(table, mark, { kind: 'a mark', read: (item) => closedSchema.parse(item) });
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

    changeOwnMark({ merchantId, own }, mark, open) {
      const { rev } = own[mark];
      return update(
        new UpdateCommand({
          TableName,
          Key: { pk: directoryPk(merchantId), sk: merchantPk(merchantId) },
          UpdateExpression:
            open === undefined
              ? 'SET #rev = :next REMOVE #through, #until'
              : 'SET #rev = :next, #through = :through, #until = :until',
          // Invariant: nobody changed it since this run saw it; and no row is made for a merchant that is not there.
          ConditionExpression:
            rev === 0 ? 'attribute_exists(pk) AND attribute_not_exists(#rev)' : '#rev = :rev',
          ExpressionAttributeNames: OWN[mark],
          ExpressionAttributeValues: {
            ':next': rev + 1,
            ...(rev !== 0 && { ':rev': rev }),
            ...(open !== undefined && { ':through': open.through, ':until': open.until }),
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
