import * as z from 'zod';
import type {
  Directory,
  DirectoryEntry,
  Mark,
  OwnMark,
  PartitionMarks,
  ReadMarks,
  Stretch,
} from '../../../../core/merchants/directory.ts';
import { onFirstUse } from '../../../../core/reading/on-first-use.ts';
import { storedMerchantId } from '../../../../core/reading/stored.ts';
import { calling } from '../../../aws-faults.ts';
import { GetCommand, UpdateCommand, type UpdateCommandInput } from '../../documents/document-commands.ts';
import { entryKey, settingsChange } from '../../items/directory-items.ts';
import { AUDITED_SK, CLOSED_SK, directoryPartitionPk, STATED_SK } from '../../items/item-keys.ts';
import { type Item, readItem } from '../../reading-rows.ts';
import { batchGet, type RowKey } from '../../table/batch-get.ts';
import { conditionalWrite } from '../../table/conditions.ts';
import { queryAll } from '../../table/query-all.ts';
import type { Table } from '../../table/table-client.ts';

const time = onFirstUse(() => z.iso.datetime().exactOptional());
const rev = onFirstUse(() => z.number().int().default(0));
const entrySchema = onFirstUse(() =>
  z
    .object({
      merchantId: storedMerchantId(),
      createdAt: z.iso.datetime(),
      closedThrough: time(),
      closedUntil: time(),
      closedRev: rev(),
      auditedThrough: time(),
      auditedUntil: time(),
      auditedRev: rev(),
      statedThrough: time(),
      statedUntil: time(),
      statedRev: rev(),
      feedShards: z.int().min(1).exactOptional(),
      timeZone: z.string().exactOptional(),
      settingsRev: rev(),
      settingsAt: time(),
      erasedAt: time(),
    })
    .transform(
      ({ merchantId, createdAt, erasedAt, ...row }): DirectoryEntry => ({
        merchantId,
        createdAt,
        ...settingsOf(row),
        ...(erasedAt !== undefined && { erasedAt }),
        own: {
          closed: ownMark(row.closedThrough, row.closedUntil, row.closedRev),
          audited: ownMark(row.auditedThrough, row.auditedUntil, row.auditedRev),
          stated: ownMark(row.statedThrough, row.statedUntil, row.statedRev),
        },
      }),
    ),
);

function ownMark(through: string | undefined, until: string | undefined, rev: number): OwnMark {
  return { ...(through !== undefined && until !== undefined && { open: { through, until } }), rev };
}

interface SettingsRow {
  readonly feedShards?: number;
  readonly timeZone?: string;
  readonly settingsRev: number;
  readonly settingsAt?: string;
}

function settingsOf(row: SettingsRow): Pick<DirectoryEntry, 'settings'> {
  const { feedShards, timeZone, settingsRev, settingsAt: at } = row;
  if (feedShards === undefined || timeZone === undefined || at === undefined) return {};
  return { settings: { feedShards, timeZone, rev: settingsRev, at } };
}

/** The attributes of a merchant's row that hold its own marks. */
const OWN: Readonly<Record<Mark, Readonly<Record<string, string>>>> = {
  closed: { '#through': 'closedThrough', '#until': 'closedUntil', '#rev': 'closedRev' },
  audited: { '#through': 'auditedThrough', '#until': 'auditedUntil', '#rev': 'auditedRev' },
  stated: { '#through': 'statedThrough', '#until': 'statedUntil', '#rev': 'statedRev' },
};

/** How a partition's mark is stored. */
interface MarkRow<Name extends Mark> {
  readonly sk: string;
  /** The attribute that holds the mark's time. */
  readonly attribute: string;
  readonly read: (item: Item) => PartitionMarks[Name];
}

const MARK_ROWS: { readonly [Name in Mark]: MarkRow<Name> } = {
  closed: {
    sk: CLOSED_SK,
    attribute: 'closedThrough',
    read: (item) => ({
      through: throughOf(item.closedThrough),
      windowSeconds: z.number().int().parse(item.windowSeconds),
      ...reachedOf(item),
    }),
  },
  audited: throughRow(AUDITED_SK, 'auditedThrough'),
  stated: throughRow(STATED_SK, 'statedThrough'),
};

/** A mark that holds only a time. */
function throughRow(sk: string, attribute: string): MarkRow<'audited'> & MarkRow<'stated'> {
  return { sk, attribute, read: (item) => ({ through: throughOf(item[attribute]), ...reachedOf(item) }) };
}

const reachedOf = ({ reached }: Item) => (reached === undefined ? {} : { reached: throughOf(reached) });

function throughOf(value: unknown): string {
  return z.iso.datetime().parse(value);
}

export function createDirectory(table: Table): Directory {
  const { documents, name: TableName } = table;
  const readEntry = (item: Item) =>
    readItem(table, item, { kind: 'a directory row', read: (one) => entrySchema().parse(one) });
  const readMark = <Name extends Mark>(item: Item, name: Name) =>
    readItem(table, item, { kind: 'a mark', read: MARK_ROWS[name].read });
  const get = (what: string, Key: RowKey) =>
    calling(what, () => documents.send(new GetCommand({ TableName, Key, ConsistentRead: true })));
  const update = (change: Omit<UpdateCommandInput, 'TableName'>) =>
    calling('Saving a mark', () =>
      conditionalWrite(() => documents.send(new UpdateCommand({ TableName, ...change }))),
    );
  return {
    async list(partition, consistency = 'strong') {
      const items = await queryAll(table, 'Listing merchants', {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :merchants)',
        ExpressionAttributeValues: { ':pk': directoryPartitionPk(partition), ':merchants': 'M#' },
        ConsistentRead: consistency === 'strong',
      });
      // An unreadable entry stops its partition. If it were skipped, its windows would count as closed and empty.
      return items.map(readEntry);
    },

    async entry(merchantId) {
      const { Item } = await get('Reading a directory row', entryKey(merchantId));
      return Item && readEntry(Item);
    },

    async mark(partition, name) {
      const { Item } = await get('Reading a mark', markKey(partition, name));
      return Item && readMark(Item, name);
    },

    async marks(partitions, names) {
      const wanted = partitions.flatMap((partition) => names.map((name) => markKey(partition, name)));
      const items = await batchGet(table, 'Reading marks', wanted, { ConsistentRead: true });
      const found = new Map<string, Item | undefined>();
      for (const [place, key] of wanted.entries()) {
        const item = items[place];
        // A busy table answers only some of the keys. The SDK repeats a request of one key.
        const answered = item === 'unanswered' ? (await get('Reading a mark', key)).Item : item;
        found.set(nameOf(key), answered);
      }
      return {
        of(partition, name) {
          const item = found.get(nameOf(markKey(partition, name)));
          return item && readMark(item, name);
        },
      } satisfies ReadMarks;
    },

    async saveMark(partition, name, mark) {
      const { attribute } = MARK_ROWS[name];
      const windows = name === 'closed' && 'windowSeconds' in mark ? mark.windowSeconds : undefined;
      await update({
        Key: markKey(partition, name),
        UpdateExpression:
          `SET #through = :through${windows === undefined ? '' : FIRST_WINDOWS}` +
          (mark.reached === undefined ? ' REMOVE reached' : ', reached = :reached'),
        // Invariant: a mark never goes back. A run that was overtaken changes nothing.
        ConditionExpression: 'attribute_not_exists(pk) OR #through < :through',
        ExpressionAttributeNames: { '#through': attribute },
        ExpressionAttributeValues: {
          ':through': mark.through,
          ...(windows !== undefined && { ':windows': windows }),
          ...(mark.reached !== undefined && { ':reached': mark.reached }),
        },
      });
    },

    changeOwnMark: (seen, mark, open) => update(ownMarkChange(seen, mark, open)),

    async keepSettings(profile) {
      const { Key, ...change } = settingsChange(profile, table.clock.now());
      await update({
        Key,
        ...change,
        // Invariant: settings never go back, and no row is made for an unknown merchant.
        ConditionExpression:
          'attribute_exists(pk) AND (attribute_not_exists(settingsRev) OR settingsRev < :settingsRev)',
      });
    },
  };
}

function markKey(partition: number, name: Mark): RowKey {
  return { pk: directoryPartitionPk(partition), sk: MARK_ROWS[name].sk };
}

const nameOf = ({ pk, sk }: RowKey) => `${pk} ${sk}`;

/** The first window length that is written stays. */
const FIRST_WINDOWS = ', windowSeconds = if_not_exists(windowSeconds, :windows)';

function ownMarkChange(
  { merchantId, own }: DirectoryEntry,
  mark: Mark,
  open: Stretch | undefined,
): Omit<UpdateCommandInput, 'TableName'> {
  const { rev } = own[mark];
  return {
    Key: entryKey(merchantId),
    UpdateExpression:
      open === undefined
        ? 'SET #rev = :next REMOVE #through, #until'
        : 'SET #rev = :next, #through = :through, #until = :until',
    // Invariant: the mark has not changed since this run read it, and no row is made for an unknown merchant.
    ConditionExpression: rev === 0 ? 'attribute_exists(pk) AND attribute_not_exists(#rev)' : '#rev = :rev',
    ExpressionAttributeNames: OWN[mark],
    ExpressionAttributeValues: {
      ':next': rev + 1,
      ...(rev !== 0 && { ':rev': rev }),
      ...(open !== undefined && { ':through': open.through, ':until': open.until }),
    },
  };
}
