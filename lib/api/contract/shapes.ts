import * as z from 'zod';
import { eventFilterSchema, MAX_EVENT_FILTERS } from '../../core/merchants/merchant-config.ts';
import { checkStates, endpointIdSchema, merchantIdSchema, transactionIdSchema } from '../../core/model.ts';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import { integerTextSchema } from '../../core/reading/text.ts';
import { NOTIFICATION_STATES, OUTCOME_STATUSES } from '../../protocol/contract-words.ts';
import { FAILURE_DETAILS } from '../../protocol/failure-detail.ts';
import { MAX_CURSOR_LENGTH } from '../list-cursor.ts';

/** Schemas that several resources share. Answer schemas only document; the core builds the answers. */

/** Parameters of a path that names only a merchant. */
export const ofMerchant = onFirstUse(() => z.strictObject({ merchantId: merchantIdSchema() }));
/** Parameters of a path that names a transaction of a merchant. */
export const ofTransaction = onFirstUse(() =>
  z.strictObject({ ...ofMerchant().shape, transactionId: transactionIdSchema() }),
);
/** Parameters of a path that names an endpoint. */
export const ofEndpoint = onFirstUse(() =>
  z.strictObject({ ...ofMerchant().shape, endpointId: endpointIdSchema() }),
);

/** Filters of event types, as an endpoint and a claim name them. Default: all types. */
export const eventFiltersSchema = onFirstUse(() =>
  z
    .array(eventFilterSchema(), 'invalid_type')
    .min(1, 'invalid_value')
    .max(MAX_EVENT_FILTERS, 'too_long')
    .exactOptional(),
);

const reason = onFirstUse(() => z.object({ code: z.string(), message: z.string() }));

const feedItem = onFirstUse(() =>
  z.object({
    merchantId: z.string(),
    transactionId: z.string(),
    reference: z.string().exactOptional(),
    version: z.union([z.literal(1), z.literal(2)]),
    transactionType: z.string(),
    status: z.enum(OUTCOME_STATUSES),
    reason: reason().exactOptional(),
    amount: z.int(),
    currency: z.string(),
    relatedTransactionId: z.string().exactOptional(),
    occurredAt: z.iso.datetime(),
    recordedAt: z.iso.datetime(),
    listedAt: z.iso.datetime().exactOptional().meta({ description: 'Absent for a PENDING.' }),
  }),
);

export const outcomeDataSchema = onFirstUse(() =>
  z.object({ ...feedItem().shape, metadata: z.record(z.string(), z.unknown()) }).meta({ id: 'Outcome' }),
);

/** An outcome as the feed and windows show it: without metadata. */
export const feedItemSchema = onFirstUse(() => feedItem().meta({ id: 'FeedItem' }));

/** One HTTP request that the service made. Each kind adds how it ended. */
const requestMade = onFirstUse(() =>
  z.object({
    number: z.int(),
    at: z.iso.datetime(),
    durationMs: z.int(),
    statusCode: z.int().exactOptional(),
  }),
);

export const failureDetailSchema = onFirstUse(() =>
  z.enum(FAILURE_DETAILS).meta({
    description:
      'What exactly failed: which TLS fault, which DNS answer, or why there was no connection. ' +
      '`certificate_chain_incomplete`: the issuer is neither sent nor known, often because an intermediate certificate is ' +
      'missing. `tls_version`: the receiver speaks only TLS older than 1.2. `not_tls`: it does not speak TLS on this port.',
  }),
);

export const attemptSchema = onFirstUse(() =>
  z
    .object({
      ...requestMade().shape,
      error: z.string().exactOptional().meta({ description: 'Why the attempt failed: a stable code.' }),
      detail: failureDetailSchema().exactOptional(),
      responseSnippet: z
        .string()
        .exactOptional()
        .meta({ description: 'The first 512 bytes of the last answer; on the last attempt only.' }),
    })
    .meta({ id: 'Attempt' }),
);

/** One request to an initiator: how did this PENDING end? */
export const questionSchema = onFirstUse(() =>
  z.object({
    ...requestMade().shape,
    detail: failureDetailSchema().exactOptional(),
    result: z.string().meta({ description: 'The answer, or why there was none: a stable code.' }),
  }),
);

export const notificationSchema = onFirstUse(() =>
  z
    .object({
      notificationId: z.string().meta({ example: 'pay_1.1.ep_4fzQ0Yw2' }),
      endpointId: z.string(),
      version: z.int(),
      state: z.enum(NOTIFICATION_STATES),
      blockedReason: z
        .string()
        .exactOptional()
        .meta({
          description:
            'Why it is blocked. `gone`: the receiver answered 410. `endpoint_disabled`, `endpoint_gone`: the endpoint was ' +
            'disabled or deleted. `address_refused`: its address is not public. `no_notify_url`, `unknown_merchant`: there ' +
            'is no address to send it to.',
        }),
      attempts: z.array(attemptSchema()),
      nextAttemptAt: z.iso.datetime().exactOptional(),
      lastRequest: z
        .object({
          action: z.enum(['acknowledge', 'redeliver']),
          at: z.iso.datetime(),
          by: z.string().exactOptional().meta({ description: 'The id of the key that made the request.' }),
        })
        .exactOptional()
        .meta({ description: 'The latest acknowledgement or redelivery.' }),
    })
    .meta({ id: 'Notification' }),
);

export const transactionSchema = onFirstUse(() =>
  z
    .object({
      ...outcomeDataSchema().shape,
      outcomes: z.array(
        z.object({
          version: z.int(),
          status: z.string(),
          reason: reason().exactOptional(),
          occurredAt: z.iso.datetime(),
          recordedAt: z.iso.datetime(),
          listedAt: z.iso.datetime().exactOptional(),
        }),
      ),
      notifications: z.array(notificationSchema()),
      checkBack: z
        .object({
          state: z.enum(checkStates).meta({
            description:
              '`waiting`: the initiator will be asked at nextAttemptAt. `resolved`: the end is recorded. `unresolved`: no end ' +
              'was found in time; an operator must find out.',
          }),
          attempts: z
            .array(questionSchema())
            .meta({ description: 'The last 8 requests that brought no end.' }),
          nextAttemptAt: z.iso.datetime().exactOptional(),
        })
        .exactOptional()
        .meta({ description: 'If it was PENDING: how its initiator is asked for the end.' }),
    })
    .meta({ id: 'Transaction' }),
);

/** One field that was refused; see `field-errors.ts`. */
export const fieldErrorSchema = onFirstUse(() =>
  z.object({
    pointer: z.string().meta({
      description:
        'A JSON pointer into the body; /query/… and /path/… name parameters. One of over 256 characters ends at the object that holds the field.',
    }),
    code: z.string(),
    detail: z.string().exactOptional().meta({ description: 'What the field takes, for people; not stable.' }),
  }),
);

/** The fields that every answer to a receiver or merchant key adds. They bind the answer to its request. */
export const envelopeSchema = onFirstUse(() =>
  z.object({
    merchantId: z.string().meta({ description: 'The merchant that the answer is about.' }),
    request: z.string().meta({
      description: 'The request that is answered: method, path, and query parameters in sorted order.',
      example: 'GET /v1/transactions/pay_1',
    }),
    asOf: z.iso.datetime().meta({ description: 'The moment as of which the answer is true.' }),
  }),
);

/** The `limit` parameter: 1 to `max`. */
export const limitSchema = (max: number) =>
  integerTextSchema({ min: 1, max })
    .exactOptional()
    .meta({ description: `Maximum number of items, 1 to ${max}.` });

export const cursorSchema = onFirstUse(() =>
  z
    .string('invalid_cursor')
    .min(1, 'invalid_cursor')
    .max(MAX_CURSOR_LENGTH, 'invalid_cursor')
    .exactOptional()
    .meta({ description: 'The nextCursor of the previous page, of the same list with the same filter.' }),
);

/** The query of a list that is read page by page. */
export const paging = onFirstUse(() => z.strictObject({ cursor: cursorSchema(), limit: limitSchema(100) }));

/** A page of a list. */
export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), hasMore: z.boolean(), nextCursor: z.string().exactOptional() });
