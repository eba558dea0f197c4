import * as z from 'zod';
import { merchantIdSchema } from '../../core/model.ts';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import { operation } from '../contract/operation.ts';
import { ofMerchant } from '../contract/shapes.ts';

const erasedAnswer = onFirstUse(() =>
  z
    .object({
      merchantId: z.string(),
      erasedAt: z.iso.datetime(),
    })
    .meta({ id: 'ErasedMerchant' }),
);

const erasureAnswer = onFirstUse(() =>
  z
    .object({
      merchantId: z.string(),
      state: z.enum(['waiting', 'deleting', 'erased']).meta({
        description:
          'waiting: what is under way for the merchant may still write. deleting: rows and files are being deleted. erased: all that goes is gone.',
      }),
      erasedAt: z.iso.datetime(),
      startsNotBefore: z.iso.datetime().meta({
        description: 'The deletion begins after this, once the windows up to the erasure are audited.',
      }),
      deleted: z
        .object({ rows: z.int(), files: z.int() })
        .meta({ description: 'Deleted so far: rows of the table, and versions of statement files.' }),
      beganAt: z.iso.datetime().exactOptional(),
      endedAt: z.iso.datetime().exactOptional(),
    })
    .meta({ id: 'Erasure' }),
);

export const getErasure = operation({
  operationId: 'getErasure',
  method: 'get',
  path: '/v1/merchants/{merchantId}/erasure',
  summary: "How far an erased merchant's rows and files are deleted",
  function: 'operate',
  scopes: ['admin'],
  merchant: 'path',
  params: ofMerchant,
  answers: () => ({
    200: { description: 'The merchant is erased.', schema: erasureAnswer() },
  }),
  problems: ['not_erased', 'unknown_merchant', 'invalid_id'],
});

export const eraseMerchantOperation = operation({
  operationId: 'eraseMerchant',
  method: 'delete',
  path: '/v1/merchants/{merchantId}',
  summary: 'Erase a merchant for good: nothing can undo it, and its id is never used again',
  function: 'operate',
  scopes: ['admin'],
  merchant: 'path',
  freshKey: true,
  params: ofMerchant,
  query: () =>
    z.strictObject({
      confirm: merchantIdSchema().exactOptional().meta({
        description:
          "The merchant's id, as the problem confirmation_required gives it. Without it nothing is erased. Repeating the request changes nothing more.",
      }),
    }),
  answers: () => ({
    200: {
      description: 'The merchant is erased, by this request or an earlier one.',
      schema: erasedAnswer(),
    },
  }),
  problems: ['unknown_merchant', 'confirmation_required', 'invalid_id'],
});
