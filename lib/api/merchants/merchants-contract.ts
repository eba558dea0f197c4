import * as z from 'zod';
import { feedShardsSchema, nameSchema } from '../../core/merchants/merchant-config.ts';
import { merchantIdSchema } from '../../core/model.ts';
import { MAX_MERCHANTS_PAGE } from '../../core/query/merchant-list.ts';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import { scheduleSchema } from '../../core/schedule.ts';
import { timeZoneSchema } from '../../core/time-zone.ts';
import { operation } from '../contract/operation.ts';
import { managing, operating } from '../contract/operation-kinds.ts';
import { cursorSchema, limitSchema, ofMerchant, page } from '../contract/shapes.ts';
import { rotation, secretAnswer } from './secret-rotation.ts';

const merchantAnswer = onFirstUse(() =>
  z
    .object({
      merchantId: z.string(),
      name: z.string(),
      schedule: z.union([z.string(), z.array(z.int())]),
      feedShards: z.int(),
      timeZone: z.string(),
      utcOffset: z.string().exactOptional().meta({
        description:
          'The current offset of the time zone. Use it to check that the zone is the intended one.',
        example: '+08:00',
      }),
      createdAt: z.iso.datetime(),
    })
    .meta({ id: 'Merchant' }),
);

const merchantSettings = onFirstUse(() => ({
  schedule: scheduleSchema().exactOptional(),
  feedShards: feedShardsSchema().exactOptional(),
  timeZone: timeZoneSchema().exactOptional(),
}));

export const createMerchant = operation({
  operationId: 'createMerchant',
  method: 'post',
  path: '/v1/merchants',
  summary: 'Create a merchant',
  ...operating,
  body: () =>
    z.strictObject({
      merchantId: merchantIdSchema(),
      name: nameSchema(),
      ...merchantSettings(),
    }),
  answers: () => ({
    201: {
      description: 'Created. The secret signs answers and notifyUrl callbacks, and is shown only once.',
      schema: z.object({ ...merchantAnswer().shape, ...secretAnswer().shape }),
    },
    200: { description: 'It already exists, with the same settings.', schema: merchantAnswer() },
  }),
  problems: ['merchant_conflict', 'merchant_erased', 'clock_skew'],
});

export const listMerchants = operation({
  operationId: 'listMerchants',
  method: 'get',
  path: '/v1/merchants',
  summary: 'List the merchants, in the order of their ids',
  ...operating,
  query: () =>
    z.strictObject({
      prefix: merchantIdSchema()
        .exactOptional()
        .meta({ description: 'Only merchants whose ids begin with this.', example: 'shop-' }),
      cursor: cursorSchema(),
      limit: limitSchema(MAX_MERCHANTS_PAGE),
    }),
  answers: () => ({
    200: {
      description: 'A page. A merchant is listed from the moment at which it exists.',
      schema: z.object({
        ...page(merchantAnswer()).shape,
        unreadable: z
          .array(z.string())
          .exactOptional()
          .meta({ description: 'Merchants of this page whose rows cannot be read; operators were alerted.' }),
      }),
    },
  }),
  problems: ['invalid_cursor', 'invalid_id'],
});

export const readMerchant = operation({
  operationId: 'readMerchant',
  method: 'get',
  path: '/v1/merchants/{merchantId}',
  summary: 'Read a merchant',
  ...managing,
  params: ofMerchant,
  answers: () => ({ 200: { description: 'The merchant.', schema: merchantAnswer() } }),
  problems: ['unknown_merchant'],
});

export const changeMerchant = operation({
  operationId: 'changeMerchant',
  method: 'patch',
  path: '/v1/merchants/{merchantId}',
  summary: "Change a merchant's settings",
  ...operating,
  merchant: 'path',
  params: ofMerchant,
  body: () =>
    z.strictObject({
      name: nameSchema().exactOptional(),
      ...merchantSettings(),
    }),
  answers: () => ({ 200: { description: 'The merchant after the change.', schema: merchantAnswer() } }),
  problems: ['unknown_merchant', 'feed_shards_shrink'],
});

export const rotateMerchantSecret = operation({
  operationId: 'rotateMerchantSecret',
  method: 'post',
  path: '/v1/merchants/{merchantId}/secrets',
  summary: "Rotate the merchant's secret",
  ...managing,
  params: ofMerchant,
  body: rotation,
  answers: () => ({
    200: { description: 'The same rotation again: the same secret.', schema: secretAnswer() },
    201: { description: 'The new secret.', schema: secretAnswer() },
  }),
  problems: ['unknown_merchant', 'too_many_secrets', 'rotation_repeated', 'rotation_conflict'],
});
