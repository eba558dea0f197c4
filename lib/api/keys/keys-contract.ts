import * as z from 'zod';
import { keyIdSchema, merchantIdSchema, timeSchema } from '../../core/model.ts';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import {
  MERCHANT_KEY_SCOPES,
  SCOPES,
  type Scope,
  SERVICE_KEY_SCOPES,
} from '../../protocol/contract-words.ts';
import { operation } from '../contract/operation.ts';
import { managing, operating } from '../contract/operation-kinds.ts';
import { ofMerchant, page, paging } from '../contract/shapes.ts';

const keyAnswer = onFirstUse(() =>
  z
    .object({
      keyId: z.string(),
      scope: z.enum(SCOPES),
      merchantId: z.string().exactOptional(),
      createdAt: z.iso.datetime(),
      expiresAt: z.iso.datetime().exactOptional(),
    })
    .meta({ id: 'Key' }),
);

const newKey = onFirstUse(() =>
  z.object({
    ...keyAnswer().shape,
    key: z.string().meta({ description: 'tk_…, shown only once.' }),
  }),
);

const keyBody = <const S extends readonly Scope[]>(allowed: S) =>
  z.strictObject({
    scope: z.enum(allowed, 'invalid_scope'),
    expiresAt: timeSchema().exactOptional().meta({
      description: 'Must not be after the expiry of the key that makes the request. Default: that expiry.',
    }),
  });

export const createMerchantKey = operation({
  operationId: 'createMerchantKey',
  method: 'post',
  path: '/v1/merchants/{merchantId}/keys',
  summary: 'Create a key for one merchant',
  ...managing,
  params: ofMerchant,
  body: () => keyBody(MERCHANT_KEY_SCOPES),
  answers: () => ({ 201: { description: 'Created. The key is shown only once.', schema: newKey() } }),
  problems: ['unknown_merchant', 'date_in_past', 'outlives_key', 'too_many_keys'],
});

export const listMerchantKeys = operation({
  operationId: 'listMerchantKeys',
  method: 'get',
  path: '/v1/merchants/{merchantId}/keys',
  summary: 'List the keys of a merchant',
  ...managing,
  params: ofMerchant,
  query: paging,
  answers: () => ({ 200: { description: 'Keys, without their secrets.', schema: page(keyAnswer()) } }),
  problems: ['invalid_cursor', 'unknown_merchant'],
});

export const revokeMerchantKey = operation({
  operationId: 'revokeMerchantKey',
  method: 'delete',
  path: '/v1/merchants/{merchantId}/keys/{keyId}',
  summary:
    'Revoke a key of a merchant; it can read and record for up to 60 s more, but cannot manage anything',
  ...managing,
  params: () => z.strictObject({ merchantId: merchantIdSchema(), keyId: keyIdSchema() }),
  answers: () => ({ 204: { description: 'Revoked.' } }),
  problems: ['unknown_key'],
});

export const createKey = operation({
  operationId: 'createKey',
  method: 'post',
  path: '/v1/keys',
  summary: 'Create a key for all merchants',
  ...operating,
  body: () => keyBody(SERVICE_KEY_SCOPES),
  answers: () => ({ 201: { description: 'Created. The key is shown only once.', schema: newKey() } }),
  problems: ['date_in_past', 'outlives_key', 'too_many_keys'],
});

export const listKeys = operation({
  operationId: 'listKeys',
  method: 'get',
  path: '/v1/keys',
  summary: 'List the keys for all merchants',
  ...operating,
  query: paging,
  answers: () => ({ 200: { description: 'Keys, without their secrets.', schema: page(keyAnswer()) } }),
  problems: ['invalid_cursor'],
});

export const revokeKey = operation({
  operationId: 'revokeKey',
  method: 'delete',
  path: '/v1/keys/{keyId}',
  summary:
    'Revoke a key for all merchants; it can read and record for up to 60 s more, but cannot manage anything',
  ...operating,
  params: () => z.strictObject({ keyId: keyIdSchema() }),
  answers: () => ({ 204: { description: 'Revoked.' } }),
  problems: ['unknown_key'],
});
