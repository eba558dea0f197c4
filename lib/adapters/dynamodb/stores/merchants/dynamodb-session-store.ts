import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type PortalLink,
  portalLinkSchema,
  sessionSchema,
} from '../../../../core/merchants/sessions/session.ts';
import type {
  PortalLinkStore,
  SessionStore,
  TakenLink,
} from '../../../../core/merchants/sessions/session-store.ts';
import { msOf, SECOND_MS } from '../../../../core/time.ts';
import { calling } from '../../../aws-faults.ts';
import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '../../documents/document-commands.ts';
import { auditPut } from '../../items/audit-items.ts';
import { LINK_SK, SESSION_SK, sessionPk } from '../../items/item-keys.ts';
import { type Item, readItem } from '../../reading-rows.ts';
import { conditionalWrite } from '../../table/conditions.ts';
import type { Table } from '../../table/table-client.ts';

const ttlAt = (time: string) => Math.ceil(msOf(time) / SECOND_MS);
const sessionKey = (tokenHash: string) => ({ pk: sessionPk(tokenHash), sk: SESSION_SK });
const linkKey = (tokenHash: string) => ({ pk: sessionPk(tokenHash), sk: LINK_SK });

/** The API makes links. */
export function createPortalLinkStore({ documents, name: TableName }: Table): PortalLinkStore {
  return {
    async create(tokenHash, link, entry) {
      const Item = { ...linkKey(tokenHash), ...link, ttl: ttlAt(link.expiresAt) };
      const Put = { TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' };
      const TransactItems = [{ Put }, ...auditPut(TableName, entry)];
      await calling('Making a portal link', () =>
        documents.send(new TransactWriteCommand({ TransactItems })),
      );
    },
  };
}

/** The console takes links, and keeps sessions. */
export function createSessionStore(table: Table): SessionStore {
  const { documents, name: TableName } = table;
  return {
    async read(tokenHash) {
      const { Item } = await calling('Reading a session', () =>
        documents.send(new GetCommand({ TableName, Key: sessionKey(tokenHash), ConsistentRead: true })),
      );
      return Item && readItem(table, Item, { kind: 'a session', read: (one) => sessionSchema().parse(one) });
    },

    async create(tokenHash, session) {
      const Item = { ...sessionKey(tokenHash), ...session, ttl: ttlAt(session.expiresAt) };
      await calling('Opening a session', () => documents.send(new PutCommand({ TableName, Item })));
    },

    async extend(tokenHash, idleUntil) {
      const update = new UpdateCommand({
        TableName,
        Key: sessionKey(tokenHash),
        UpdateExpression: 'SET idleUntil = :until',
        // Invariant: a session that was ended stays ended.
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':until': idleUntil },
      });
      await calling('Extending a session', () => conditionalWrite(() => documents.send(update)));
    },

    async remove(tokenHash) {
      await calling('Ending a session', () =>
        documents.send(new DeleteCommand({ TableName, Key: sessionKey(tokenHash) })),
      );
    },

    async readLink(tokenHash) {
      const { Item } = await calling('Reading a portal link', () =>
        documents.send(new GetCommand({ TableName, Key: linkKey(tokenHash), ConsistentRead: true })),
      );
      return Item && readLinkItem(table, Item);
    },

    takeLink(tokenHash, now) {
      const take = new DeleteCommand({
        TableName,
        Key: linkKey(tokenHash),
        // Invariant: of all requests with one link, one deletes it, and only before its end.
        ConditionExpression: 'expiresAt > :now',
        ExpressionAttributeValues: { ':now': now },
        ReturnValues: 'ALL_OLD',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return calling('Taking a portal link', async () => {
        try {
          const { Attributes } = await documents.send(take);
          return taken(table, Attributes);
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
          return { kind: error.Item === undefined ? 'unknown' : 'expired' };
        }
      });
    },
  };
}

function taken(table: Table, item: Item | undefined): TakenLink {
  if (item === undefined) return { kind: 'unknown' };
  return { kind: 'taken', link: readLinkItem(table, item) };
}

function readLinkItem(table: Table, item: Item): PortalLink {
  return readItem(table, item, { kind: 'a portal link', read: (one) => portalLinkSchema().parse(one) });
}
