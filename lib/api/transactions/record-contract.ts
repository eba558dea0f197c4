import * as z from 'zod';
import { outcomeContentSchema, transactionIdSchema } from '../../core/model.ts';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import { operation } from '../contract/operation.ts';
import { recording } from '../contract/operation-kinds.ts';
import { fieldErrorSchema, ofMerchant, ofTransaction, outcomeDataSchema } from '../contract/shapes.ts';

/** Maximum outcomes in one batch request. */
const MAX_BATCH = 100;
/** Room for 100 outcomes of maximum size with metadata and text. Must stay below a Lambda event's limit of 6 MB. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

export const batchItemSchema = onFirstUse(() =>
  z
    .strictObject({ transactionId: transactionIdSchema(), ...outcomeContentSchema().shape })
    .meta({ id: 'BatchItem' }),
);

const batchResultSchema = onFirstUse(() =>
  z.object({
    transactionId: z.string().exactOptional(),
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
  summary: 'Record up to 100 outcomes; each succeeds or fails alone',
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
