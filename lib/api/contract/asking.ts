import * as z from 'zod';
import { merchantIdSchema, referenceSchema, transactionIdSchema } from '../../core/model.ts';
import { MAX_REFERENCE_PAGE } from '../../core/query.ts';
import { operation } from '../operation.ts';
import { cursorSchema, envelope, limitSchema, transactionSchema } from './shapes.ts';

export const readTransactionBack = operation({
  operationId: 'readTransactionBack',
  method: 'get',
  path: '/v1/merchants/{merchantId}/transactions/{transactionId}',
  summary: 'Read back what was recorded, and how the telling goes',
  function: 'query',
  scopes: ['initiator', 'admin'],
  merchant: 'path',
  params: z.strictObject({ merchantId: merchantIdSchema, transactionId: transactionIdSchema }),
  answers: { 200: { description: 'The transaction.', schema: transactionSchema } },
  problems: ['unknown_transaction'],
});

export const askTransaction = operation({
  operationId: 'askTransaction',
  method: 'get',
  path: '/v1/transactions/{transactionId}',
  summary: 'Ask how a transaction ended',
  function: 'query',
  scopes: ['receiver', 'merchant'],
  merchant: 'key',
  params: z.strictObject({ transactionId: transactionIdSchema }),
  answers: {
    200: {
      description: 'The transaction; strongly consistent, signed.',
      schema: z.object({ ...envelope, ...transactionSchema.shape }),
    },
  },
  problems: ['unknown_transaction'],
});

export const askByReference = operation({
  operationId: 'askByReference',
  method: 'get',
  path: '/v1/transactions',
  summary: 'Ask for the transactions of an order',
  function: 'query',
  scopes: ['receiver', 'merchant'],
  merchant: 'key',
  query: z.strictObject({
    reference: referenceSchema,
    cursor: cursorSchema,
    limit: limitSchema(MAX_REFERENCE_PAGE),
  }),
  answers: {
    200: {
      description: 'What carries the reference as of asOf; signed.',
      schema: z.object({
        ...envelope,
        items: z.array(transactionSchema),
        hasMore: z.boolean(),
        nextCursor: z.string().exactOptional(),
      }),
    },
  },
  problems: ['invalid_cursor'],
});
