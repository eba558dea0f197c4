import * as z from 'zod';
import { merchantIdSchema, outcomeContentSchema } from '../../core/model.ts';
import { TERMINAL_STATUSES } from '../../protocol/content/content-rules.ts';
import { operation } from '../contract/operation.ts';
import {
  cursorSchema,
  limitSchema,
  ofTransaction,
  outcomeDataSchema,
  page,
  questionSchema,
} from '../contract/shapes.ts';

export const MAX_UNRESOLVED_PAGE = 100;

export const listUnresolvedTransactions = operation({
  operationId: 'listUnresolvedTransactions',
  method: 'get',
  path: '/v1/unresolved',
  summary: 'List the PENDING transactions that could not be resolved',
  function: 'record',
  scopes: ['admin', 'initiator'],
  merchant: 'any',
  query: () =>
    z.strictObject({
      merchantId: merchantIdSchema().exactOptional(),
      cursor: cursorSchema(),
      limit: limitSchema(MAX_UNRESOLVED_PAGE),
    }),
  answers: () => ({
    200: {
      description:
        'A page, by merchant, oldest first. It may be empty even if hasMore is true. A merchant’s key sees only its own.',
      schema: z.object({
        ...page(
          z.object({
            ...outcomeDataSchema().shape,
            attempts: z.array(questionSchema()).meta({ description: 'The last requests to the initiator.' }),
            responseSnippet: z.string().exactOptional(),
          }),
        ).shape,
        unreadable: z
          .array(z.object({ merchantId: z.string(), transactionId: z.string() }))
          .exactOptional()
          .meta({
            description: 'Transactions of this page whose rows cannot be read; operators were alerted.',
          }),
      }),
    },
  }),
  problems: ['invalid_cursor', 'unknown_merchant'],
});

export const resolveTransaction = operation({
  operationId: 'resolveTransaction',
  method: 'post',
  path: '/v1/unresolved/{merchantId}/{transactionId}/resolve',
  summary: 'Record how an unresolved transaction ended',
  function: 'record',
  scopes: ['admin', 'initiator'],
  merchant: 'path',
  params: ofTransaction,
  body: () =>
    z.strictObject({
      status: z.enum(TERMINAL_STATUSES, 'invalid_status'),
      occurredAt: outcomeContentSchema().shape.occurredAt,
      reason: outcomeContentSchema().shape.reason,
    }),
  answers: () => ({
    201: { description: 'Recorded.', schema: outcomeDataSchema() },
    200: { description: 'The same end was already recorded.', schema: outcomeDataSchema() },
  }),
  problems: ['unknown_transaction', 'not_unresolved', 'merchant_erased', 'outcome_conflict', 'clock_skew'],
});
