import * as z from 'zod';
import { merchantIdSchema, outcomeContentSchema, transactionIdSchema } from '../../core/model.ts';
import { TERMINAL_STATUSES } from '../../protocol/content/content-rules.ts';
import { operation } from '../contract/operation.ts';
import { cursorSchema, limitSchema, outcomeDataSchema } from '../contract/shapes.ts';

export const MAX_UNRESOLVED_PAGE = 100;

const attemptSchema = z.object({
  number: z.int(),
  at: z.iso.datetime(),
  durationMs: z.int(),
  statusCode: z.int().exactOptional(),
  result: z.string().meta({ description: 'The answer, or why there was none: a stable code.' }),
});

export const listUnresolvedTransactions = operation({
  operationId: 'listUnresolvedTransactions',
  method: 'get',
  path: '/v1/unresolved',
  summary: 'List the PENDING transactions that could not be resolved',
  function: 'record',
  scopes: ['admin', 'initiator'],
  merchant: 'any',
  query: z.strictObject({
    merchantId: merchantIdSchema.exactOptional(),
    cursor: cursorSchema,
    limit: limitSchema(MAX_UNRESOLVED_PAGE),
  }),
  answers: {
    200: {
      description:
        'A page, by merchant, oldest first. It may be empty even if hasMore is true. A merchant’s key sees only its own.',
      schema: z.object({
        items: z.array(
          z.object({
            ...outcomeDataSchema.shape,
            attempts: z.array(attemptSchema).meta({ description: 'The last requests to the initiator.' }),
            responseSnippet: z.string().exactOptional(),
          }),
        ),
        unreadable: z
          .array(z.object({ merchantId: z.string(), transactionId: z.string() }))
          .exactOptional()
          .meta({
            description: 'Transactions of this page whose rows cannot be read; operators were alerted.',
          }),
        hasMore: z.boolean(),
        nextCursor: z.string().exactOptional(),
      }),
    },
  },
  problems: ['invalid_cursor'],
});

export const resolveTransaction = operation({
  operationId: 'resolveTransaction',
  method: 'post',
  path: '/v1/unresolved/{merchantId}/{transactionId}/resolve',
  summary: 'Record how an unresolved transaction ended',
  function: 'record',
  scopes: ['admin', 'initiator'],
  merchant: 'path',
  params: z.strictObject({ merchantId: merchantIdSchema, transactionId: transactionIdSchema }),
  body: z.strictObject({
    status: z.enum(TERMINAL_STATUSES, 'invalid_status'),
    occurredAt: outcomeContentSchema.shape.occurredAt,
    reason: outcomeContentSchema.shape.reason,
  }),
  answers: {
    201: { description: 'Recorded.', schema: outcomeDataSchema },
    200: { description: 'The same end was already recorded.', schema: outcomeDataSchema },
  },
  problems: ['unknown_transaction', 'not_unresolved', 'outcome_conflict', 'clock_skew'],
});
