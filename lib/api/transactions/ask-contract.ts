import * as z from 'zod';
import { MAX_PAGE_ROWS } from '../../core/feed/merge.ts';
import {
  referenceSchema,
  terminalStatusSchema,
  timeSchema,
  transactionIdSchema,
  transactionTypeSchema,
} from '../../core/model.ts';
import { MAX_REFERENCE_PAGE } from '../../core/query/transaction-view.ts';
import { refuseTogether } from '../contract/exclusive-parameters.ts';
import { operation } from '../contract/operation.ts';
import { asking } from '../contract/operation-kinds.ts';
import {
  cursorSchema,
  feedItemSchema,
  limitSchema,
  ofTransaction,
  page,
  transactionSchema,
} from '../contract/shapes.ts';

export const readTransactionBack = operation({
  operationId: 'readTransactionBack',
  method: 'get',
  path: '/v1/merchants/{merchantId}/transactions/{transactionId}',
  summary: 'Read a recorded transaction and the state of its notifications',
  function: 'query',
  scopes: ['initiator', 'admin'],
  merchant: 'path',
  params: ofTransaction,
  answers: () => ({ 200: { description: 'The transaction.', schema: transactionSchema() } }),
  problems: ['unknown_transaction'],
});

export const askTransaction = operation({
  operationId: 'askTransaction',
  method: 'get',
  path: '/v1/transactions/{transactionId}',
  summary: 'Query how a transaction ended',
  ...asking,
  // `readTransactionBack` is its form for admins.
  forAdmins: false,
  params: () => z.strictObject({ transactionId: transactionIdSchema() }),
  answers: () => ({
    200: {
      description: 'The transaction, strongly consistent. Signed.',
      schema: transactionSchema(),
    },
  }),
  problems: ['unknown_transaction'],
});

/** Feed parameters. A query by reference cannot be combined with them. */
const FEED_PARAMETERS = ['from', 'to', 'type', 'status'] as const;

export const listTransactions = operation({
  operationId: 'listTransactions',
  method: 'get',
  path: '/v1/transactions',
  summary: 'The feed: outcomes in order of listedAt. By reference: the transactions of an order',
  ...asking,
  // With a filter, one short page may need thousands of reads.
  isLarge: ({ type, status }) => type !== undefined || status !== undefined,
  query: () =>
    z
      .strictObject({
        reference: referenceSchema().exactOptional(),
        from: timeSchema().exactOptional().meta({ description: 'Inclusive, by listedAt.' }),
        to: timeSchema().exactOptional().meta({ description: 'Exclusive, by listedAt.' }),
        type: transactionTypeSchema().exactOptional(),
        status: terminalStatusSchema().exactOptional(),
        cursor: cursorSchema(),
        limit: limitSchema(MAX_PAGE_ROWS).meta({
          description: `Maximum number of items, 1 to ${MAX_PAGE_ROWS}; by reference 1 to ${MAX_REFERENCE_PAGE}.`,
        }),
      })
      .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
        path: ['to'],
        error: 'invalid_range',
      })
      .superRefine((query, context) => {
        const { reference, limit = 1 } = query;
        if (reference === undefined) return;
        if (FEED_PARAMETERS.some((name) => query[name] !== undefined)) {
          refuseTogether(context, {
            given: query,
            names: ['reference', ...FEED_PARAMETERS],
            fits: 'Use reference without from, to, type and status.',
          });
        }
        if (limit > MAX_REFERENCE_PAGE) {
          const params = { fits: `By reference, use 1 to ${MAX_REFERENCE_PAGE}.` };
          context.addIssue({ code: 'custom', path: ['limit'], message: 'invalid_value', params });
        }
      }),
  answers: () => ({
    200: {
      description: 'A page as of the watermark. It may be empty even if hasMore is true. Signed.',
      schema: z.union([
        z
          .object({
            items: z.array(feedItemSchema()),
            hasMore: z.boolean(),
            nextCursor: z.string().meta({ description: 'Always present. Use it to continue now or later.' }),
            watermark: z.iso
              .datetime()
              .meta({ description: 'The feed up to this time is complete and will not change.' }),
          })
          .meta({ title: 'The feed' }),
        page(transactionSchema()).meta({ title: 'By reference' }),
      ]),
    },
  }),
  problems: [
    'invalid_range',
    'invalid_date',
    'invalid_status',
    'invalid_type_name',
    'invalid_reference',
    'exclusive_parameters',
    'beyond_retention',
    'in_future',
    'invalid_cursor',
    'cursor_expired',
  ],
});
