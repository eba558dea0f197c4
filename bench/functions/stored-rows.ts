import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { endpointSk, KEY_SK } from '../../lib/adapters/dynamodb/items/item-keys.ts';
import { notificationItem } from '../../lib/adapters/dynamodb/items/notification-items.ts';
import { checkItem } from '../../lib/adapters/dynamodb/stores/delivery/dynamodb-check-store.ts';
import { untried } from '../../lib/core/deliver/state/notification.ts';
import { endpointIdSchema, type Outcome, type TransactionId } from '../../lib/core/model.ts';
import { newCheck } from '../../lib/core/record/pending-check.ts';
import { isoTime, MINUTE_MS } from '../../lib/core/time.ts';
import { sha256Hex } from '../../lib/protocol/hashes.ts';
import { merchantPk, outcomeItem, PROFILE_SK } from '../../lib/protocol/table/outcome-layout.ts';
import { MERCHANT, paymentOf } from '../cost/payment.ts';

/** The rows that the functions read: one merchant with one endpoint and two keys, and every transaction that is asked for. */

export const SECRET_TEXT = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
export const ENDPOINT = endpointIdSchema().parse('ep_4fzQ0Yw2');
const KEY_SECRET = 'a'.repeat(43);
/** Keys by their id. */
export const KEYS = {
  initiator: `tk_initiator_${KEY_SECRET}`,
  receiver: `tk_receiver_${KEY_SECRET}`,
} as const;
/** Transactions whose ids begin with this are PENDING. */
export const PENDING_PREFIX = 'pending_';

/** Age of the transactions that are read. Settings that are a minute old are good enough for them. */
const AGE_MS = 2 * MINUTE_MS;
const RETENTION = { feedShard: 0, retentionDays: 90 };
const LONG_AGO = '2026-01-01T00:00:00.000Z';
const SEALED = { sealed: Buffer.alloc(180, 1).toString('base64'), createdAt: LONG_AGO };

type StoredItem = Record<string, AttributeValue>;
const stored = (item: object): StoredItem => marshall(item, { removeUndefinedValues: true });

/** The rows of a partition whose sort keys begin with `prefix`. */
export function itemsOf(pk: string, prefix: string, url: string): readonly StoredItem[] {
  const [kind, , transactionId = ''] = pk.split('#');
  switch (kind) {
    case 'K':
      return [stored({ pk, sk: KEY_SK, ...keyOf(pk.slice(2)) })];
    case 'M':
      return merchantRows(url).map(stored);
    case 'T':
      return transactionRows(transactionId as TransactionId, url).filter(({ sk }) =>
        sk?.S?.startsWith(prefix),
      );
    default:
      // Circuits without a row are healthy.
      return [];
  }
}

function keyOf(keyId: string) {
  const owner = keyId === 'receiver' ? { merchantId: MERCHANT } : {};
  return { keyId, scope: keyId, secretHash: sha256Hex(KEY_SECRET), createdAt: LONG_AGO, ...owner };
}

function merchantRows(url: string): readonly object[] {
  const pk = merchantPk(MERCHANT);
  const owned = { merchantId: MERCHANT, secrets: [SEALED], createdAt: LONG_AGO, rev: 1 };
  const history = [{ from: LONG_AGO, enabled: true, types: ['*'] }];
  return [
    { pk, sk: PROFILE_SK, ...owned, name: 'Demo shop', schedule: 'wechat', feedShards: 1, timeZone: 'UTC' },
    {
      pk,
      sk: endpointSk(ENDPOINT),
      ...owned,
      endpointId: ENDPOINT,
      url: `${url}/callback`,
      timeoutMs: 10_000,
      history,
    },
  ];
}

interface OutcomePlace {
  /** The address of initiators and receivers. */
  readonly url: string;
  readonly recordedMs: number;
}

export function outcomeOf(transactionId: TransactionId, { url, recordedMs }: OutcomePlace): Outcome {
  const recordedAt = isoTime(recordedMs);
  const isPending = transactionId.startsWith(PENDING_PREFIX);
  return {
    ...paymentOf(1, { reference: true }),
    occurredAt: LONG_AGO,
    merchantId: MERCHANT,
    transactionId,
    version: 1,
    recordedAt,
    ...(isPending
      ? { status: 'PENDING', checkBack: { url: `${url}/check`, afterSeconds: 60, onUnknown: 'ask' } }
      : { listedAt: recordedAt }),
  };
}

export const outcomeRow = (outcome: Outcome): StoredItem => stored(outcomeItem(outcome, RETENTION));

/** An end with its delivered notification, or a PENDING with its check. */
function transactionRows(transactionId: TransactionId, url: string): readonly StoredItem[] {
  const outcome = outcomeOf(transactionId, { url, recordedMs: Date.now() - AGE_MS });
  const { listedAt } = outcome;
  const other =
    listedAt === undefined
      ? checkItem(newCheck(outcome, { preparedAtMs: Date.now(), afterSeconds: 60, horizonSeconds: 86_400 }))
      : notificationItem(
          {
            ...untried({ ...outcome, endpointId: ENDPOINT }, listedAt),
            rev: 1,
            state: 'delivered',
            attemptsMade: 1,
            attempts: [{ number: 1, at: listedAt, durationMs: 30, statusCode: 200 }],
          },
          { nowMs: Date.now(), retentionDays: 90 },
        );
  return [outcomeRow(outcome), stored(other)];
}
