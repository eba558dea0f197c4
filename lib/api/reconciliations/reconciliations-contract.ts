import * as z from 'zod';
import { outcomeContentSchema, timeSchema, transactionIdSchema, versionSchema } from '../../core/model.ts';
import { DIFFERENCE_CLASSES, MAX_CLAIMED_ROWS } from '../../core/query/reconciliation/ledger-comparison.ts';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import { BUCKETS } from '../../protocol/row-digest.ts';
import { operation } from '../contract/operation.ts';
import { asking } from '../contract/operation-kinds.ts';
import { eventFiltersSchema } from '../contract/shapes.ts';

/** Maximum bytes of a claim: enough for thousands of rows. */
const MAX_CLAIM_BYTES = 1024 * 1024;
const rowSchema = onFirstUse(() => {
  const { status, amount, currency } = outcomeContentSchema().shape;
  return z
    .strictObject({
      transactionId: transactionIdSchema(),
      version: versionSchema(),
      status,
      amount,
      currency,
    })
    .meta({ id: 'ClaimedRow' });
});
const sideSchema = onFirstUse(() =>
  z.object({ version: z.int(), status: z.string(), amount: z.int(), currency: z.string() }),
);
const digestSchema = onFirstUse(() => z.object({ count: z.int(), hash: z.string() }));

export const reconcile = operation({
  operationId: 'reconcile',
  method: 'post',
  path: '/v1/reconciliations',
  summary:
    'Compare the receiver’s rows of a closed window, or of one of its buckets, with the service’s rows',
  ...asking,
  isLarge: () => true,
  body: () =>
    z.strictObject({
      window: timeSchema().meta({ description: 'The start of a closed window.' }),
      bucket: z
        .int('invalid_value')
        .min(0, 'invalid_value')
        .max(BUCKETS - 1, 'invalid_value')
        .exactOptional()
        .meta({ description: 'One bucket of the window. Default: the whole window.' }),
      types: eventFiltersSchema().meta({
        description: 'The event types that the receiver keeps. Default: all.',
      }),
      rows: z
        .array(rowSchema(), 'invalid_type')
        .max(MAX_CLAIMED_ROWS, 'too_long')
        .meta({ description: 'All rows that the receiver has for it, each once. They are not stored.' }),
    }),
  maxBodyBytes: MAX_CLAIM_BYTES,
  answers: () => ({
    200: {
      description:
        'The differences; empty if both sides are equal. `here` is Tidings, `there` is the receiver. Signed.',
      schema: z.object({
        start: z.iso.datetime(),
        end: z.iso.datetime(),
        revision: z.int(),
        windowSeconds: z.int(),
        bucket: z.int().exactOptional(),
        here: digestSchema(),
        there: digestSchema().meta({
          description: 'The digest of the rows in the request, which ties the answer to them.',
        }),
        differences: z.array(
          z.object({
            class: z.enum(DIFFERENCE_CLASSES),
            transactionId: z.string(),
            here: sideSchema().exactOptional(),
            there: sideSchema().exactOptional(),
          }),
        ),
      }),
    },
  }),
  problems: [
    'invalid_date',
    'unaligned_time',
    'beyond_retention',
    'duplicate_row',
    'wrong_bucket',
    'window_not_closed',
    'window_too_large',
    'window_in_doubt',
    'too_many_differences',
  ],
});
