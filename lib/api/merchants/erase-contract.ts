import * as z from 'zod';
import { merchantIdSchema } from '../../core/model.ts';
import { documented } from '../contract/documented.ts';
import { operation } from '../contract/operation.ts';
import { ofMerchant } from '../contract/shapes.ts';

const erasedAnswer = documented(() =>
  z
    .object({
      merchantId: z.string(),
      erasedAt: z.iso.datetime(),
    })
    .meta({ id: 'ErasedMerchant' }),
);

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
  query: z.strictObject({
    confirm: merchantIdSchema.exactOptional().meta({
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
