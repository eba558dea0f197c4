import * as z from 'zod';
import { outcomeContentSchema, transactionIdSchema } from '../../core/model.ts';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import { operation } from '../contract/operation.ts';
import { recording } from '../contract/operation-kinds.ts';
import { fieldErrorSchema, ofMerchant, ofTransaction, outcomeDataSchema } from '../contract/shapes.ts';

/** Maximum outcomes in one batch request. */
const MAX_BATCH = 100;
/**
 * Room for 100 outcomes of maximum size, and for white space. Lambda takes 6 MB of JSON text, in which the body is a string:
 * quotation marks and backslashes count twice. Without white space, outcomes of maximum size fit even so. A body that does not fit is
 * refused by the gateway before it gets here.
 */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

/** Length of the longest id. A longer one is not repeated: a hundred of them would make an answer that Lambda refuses. */
export const MAX_ECHOED_ID = 64;

export const batchItemSchema = onFirstUse(() =>
  z
    .strictObject({ transactionId: transactionIdSchema(), ...outcomeContentSchema().shape })
    .meta({ id: 'BatchItem' }),
);

const batchResultSchema = onFirstUse(() =>
  z.object({
    transactionId: z
      .string()
      .exactOptional()
      .meta({
        description: `As it was sent. Absent if it was no text, or longer than ${MAX_ECHOED_ID} characters.`,
      }),
    result: z.enum(['created', 'unchanged']).exactOptional(),
    code: z.string().exactOptional().meta({ description: 'Why this one was not recorded.' }),
    current: outcomeDataSchema().exactOptional(),
    errors: z.array(fieldErrorSchema()).exactOptional(),
  }),
);

export const recordTransaction = operation({
  operationId: 'recordTransaction',
  method: 'put',
  path: '/v1/merchants/{merchantId}/transactions/{transactionId}',
  summary: 'Record how a transaction ended, or that it is pending',
  ...recording,
  params: ofTransaction,
  body: outcomeContentSchema,
  answers: () => ({
    201: { description: 'Recorded.', schema: outcomeDataSchema() },
    200: { description: 'The same content was already recorded.', schema: outcomeDataSchema() },
  }),
  problems: ['unknown_merchant', 'merchant_erased', 'outcome_conflict', 'outcome_mismatch', 'clock_skew'],
});

export const recordTransactions = operation({
  operationId: 'recordTransactions',
  method: 'post',
  path: '/v1/merchants/{merchantId}/transactions',
  summary: 'Record up to 100 outcomes; each transaction succeeds or fails alone',
  ...recording,
  params: ofMerchant,
  body: () =>
    z.strictObject({
      transactions: z
        .array(
          // Checked one by one by the handler, so that one bad item does not keep out its neighbours.
          z.unknown().meta({ override: { $ref: '#/components/schemas/BatchItem' } }),
          'invalid_type',
        )
        .min(1, 'invalid_value')
        .max(MAX_BATCH, 'too_long'),
    }),
  maxBodyBytes: MAX_BATCH_BYTES,
  itemsIn: 'transactions',
  answers: () => ({
    200: {
      description: 'A result for each item, in order.',
      schema: z.object({ results: z.array(batchResultSchema()) }),
    },
  }),
  problems: ['unknown_merchant', 'merchant_erased'],
});
