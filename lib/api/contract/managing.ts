import * as z from 'zod';
import { type Scope, scopes } from '../../core/keys.ts';
import {
  eventFilterSchema,
  feedShardsSchema,
  MAX_EVENT_FILTERS,
  nameSchema,
  signatureSchema,
  timeoutMsSchema,
} from '../../core/merchant.ts';
import { endpointIdSchema, keyIdSchema, merchantIdSchema, timeSchema, urlSchema } from '../../core/model.ts';
import { scheduleSchema } from '../../core/schedule.ts';
import { operation } from '../operation.ts';
import { cursorSchema, limitSchema } from './shapes.ts';

const ofMerchant = z.strictObject({ merchantId: merchantIdSchema });
const ofEndpoint = z.strictObject({ merchantId: merchantIdSchema, endpointId: endpointIdSchema });

/** Seconds for which a replaced secret may sign along: a week. */
const MAX_OVERLAP_SECONDS = 604_800;
const overlap = z.strictObject({
  overlapSeconds: z
    .number('invalid_value')
    .int('invalid_value')
    .min(0, 'invalid_value')
    .max(MAX_OVERLAP_SECONDS, 'invalid_value')
    .exactOptional()
    .meta({ description: 'For how long the old secret signs along; a day unless said otherwise.' }),
});

const secretAnswer = z.object({ secret: z.string().meta({ description: 'whsec_…, shown this once.' }) });

const merchantAnswer = z
  .object({
    merchantId: z.string(),
    name: z.string(),
    schedule: z.union([z.string(), z.array(z.int())]),
    feedShards: z.int(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Merchant' });

const endpointAnswer = z
  .object({
    endpointId: z.string(),
    url: z.string(),
    types: z.array(z.string()),
    timeoutMs: z.int(),
    schedule: z.union([z.string(), z.array(z.int())]).exactOptional(),
    expectBody: z.string().exactOptional(),
    signature: signatureSchema,
    publicKey: z.string().exactOptional().meta({ description: 'whpk_…, which verifies v1a.' }),
    enabled: z.boolean(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Endpoint' });

const keyAnswer = z
  .object({
    keyId: z.string(),
    scope: z.enum(scopes),
    merchantId: z.string().exactOptional(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().exactOptional(),
  })
  .meta({ id: 'Key' });

const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), hasMore: z.boolean(), nextCursor: z.string().exactOptional() });

const paging = z.strictObject({ cursor: cursorSchema, limit: limitSchema(100) });

const expectBodySchema = z
  .string('invalid_value')
  .min(1, 'invalid_value')
  .max(256, 'too_long')
  .meta({ description: 'A 2xx counts only with this body, such as success.' });

const endpointSettings = {
  url: urlSchema,
  types: z
    .array(eventFilterSchema, 'invalid_type')
    .min(1, 'invalid_value')
    .max(MAX_EVENT_FILTERS, 'too_long')
    .exactOptional()
    .meta({ description: 'Which outcomes it wants; all unless said otherwise.', example: ['payment.*'] }),
  timeoutMs: timeoutMsSchema.exactOptional(),
  schedule: scheduleSchema.exactOptional(),
  expectBody: expectBodySchema.exactOptional(),
  signature: signatureSchema.exactOptional(),
  enabled: z.boolean('invalid_type').exactOptional(),
};

export const createMerchant = operation({
  operationId: 'createMerchant',
  method: 'post',
  path: '/v1/merchants',
  summary: 'Create a merchant',
  function: 'admin',
  scopes: ['admin'],
  merchant: 'none',
  body: z.strictObject({
    merchantId: merchantIdSchema,
    name: nameSchema,
    schedule: scheduleSchema.exactOptional(),
    feedShards: feedShardsSchema.exactOptional(),
  }),
  answers: {
    201: {
      description: 'Created; the secret signs answers and notifyUrl callbacks, and is shown this once.',
      schema: z.object({ ...merchantAnswer.shape, ...secretAnswer.shape }),
    },
    200: { description: 'It stood already, the same.', schema: merchantAnswer },
  },
  problems: ['merchant_conflict'],
});

export const readMerchant = operation({
  operationId: 'readMerchant',
  method: 'get',
  path: '/v1/merchants/{merchantId}',
  summary: 'Read a merchant',
  function: 'admin',
  scopes: ['admin'],
  merchant: 'path',
  params: ofMerchant,
  answers: { 200: { description: 'The merchant.', schema: merchantAnswer } },
  problems: ['unknown_merchant'],
});

export const changeMerchant = operation({
  operationId: 'changeMerchant',
  method: 'patch',
  path: '/v1/merchants/{merchantId}',
  summary: "Change a merchant's settings",
  function: 'admin',
  scopes: ['admin'],
  merchant: 'path',
  params: ofMerchant,
  body: z.strictObject({
    name: nameSchema.exactOptional(),
    schedule: scheduleSchema.exactOptional(),
    feedShards: feedShardsSchema.exactOptional(),
  }),
  answers: { 200: { description: 'As it is now.', schema: merchantAnswer } },
  problems: ['unknown_merchant', 'feed_shards_shrink'],
});

export const rotateMerchantSecret = operation({
  operationId: 'rotateMerchantSecret',
  method: 'post',
  path: '/v1/merchants/{merchantId}/secrets',
  summary: "Rotate the merchant's secret",
  function: 'admin',
  scopes: ['admin', 'merchant'],
  merchant: 'path',
  params: ofMerchant,
  body: overlap,
  answers: { 201: { description: 'The new secret.', schema: secretAnswer } },
  problems: ['unknown_merchant', 'too_many_secrets'],
});

export const createEndpoint = operation({
  operationId: 'createEndpoint',
  method: 'post',
  path: '/v1/merchants/{merchantId}/endpoints',
  summary: 'Create an endpoint',
  function: 'admin',
  scopes: ['admin', 'merchant'],
  merchant: 'path',
  params: ofMerchant,
  body: z.strictObject(endpointSettings),
  answers: {
    201: {
      description: 'Created; the secret is shown this once.',
      schema: z.object({ ...endpointAnswer.shape, ...secretAnswer.shape }),
    },
  },
  problems: ['unknown_merchant', 'too_many_endpoints', 'address_refused'],
});

export const listEndpoints = operation({
  operationId: 'listEndpoints',
  method: 'get',
  path: '/v1/merchants/{merchantId}/endpoints',
  summary: 'List the endpoints of a merchant, all on one page',
  function: 'admin',
  scopes: ['admin', 'merchant'],
  merchant: 'path',
  params: ofMerchant,
  answers: { 200: { description: 'The endpoints.', schema: page(endpointAnswer) } },
  problems: ['unknown_merchant'],
});

export const readEndpoint = operation({
  operationId: 'readEndpoint',
  method: 'get',
  path: '/v1/merchants/{merchantId}/endpoints/{endpointId}',
  summary: 'Read an endpoint',
  function: 'admin',
  scopes: ['admin', 'merchant'],
  merchant: 'path',
  params: ofEndpoint,
  answers: { 200: { description: 'The endpoint.', schema: endpointAnswer } },
  problems: ['unknown_merchant', 'unknown_endpoint'],
});

export const changeEndpoint = operation({
  operationId: 'changeEndpoint',
  method: 'patch',
  path: '/v1/merchants/{merchantId}/endpoints/{endpointId}',
  summary: 'Change, enable or disable an endpoint',
  function: 'admin',
  scopes: ['admin', 'merchant'],
  merchant: 'path',
  params: ofEndpoint,
  body: z.strictObject({
    ...endpointSettings,
    url: urlSchema.exactOptional(),
    schedule: scheduleSchema.nullable().exactOptional().meta({ description: "null: the merchant's again." }),
    expectBody: expectBodySchema.nullable().exactOptional().meta({ description: 'null: any body.' }),
  }),
  answers: { 200: { description: 'As it is now.', schema: endpointAnswer } },
  problems: ['unknown_merchant', 'unknown_endpoint', 'address_refused', 'too_many_changes'],
});

export const deleteEndpoint = operation({
  operationId: 'deleteEndpoint',
  method: 'delete',
  path: '/v1/merchants/{merchantId}/endpoints/{endpointId}',
  summary: 'Delete an endpoint; what is open for it becomes blocked',
  function: 'admin',
  scopes: ['admin', 'merchant'],
  merchant: 'path',
  params: ofEndpoint,
  answers: { 204: { description: 'Deleted.' } },
  problems: ['unknown_merchant', 'unknown_endpoint'],
});

export const rotateEndpointSecret = operation({
  operationId: 'rotateEndpointSecret',
  method: 'post',
  path: '/v1/merchants/{merchantId}/endpoints/{endpointId}/secrets',
  summary: "Rotate an endpoint's secret",
  function: 'admin',
  scopes: ['admin', 'merchant'],
  merchant: 'path',
  params: ofEndpoint,
  body: overlap,
  answers: {
    201: {
      description: 'The new secret, and the new public key where v1a is asked for.',
      schema: z.object({ ...secretAnswer.shape, publicKey: z.string().exactOptional() }),
    },
  },
  problems: ['unknown_merchant', 'unknown_endpoint', 'too_many_secrets'],
});

const newKey = z.object({
  ...keyAnswer.shape,
  key: z.string().meta({ description: 'tk_…, shown this once.' }),
});

const keyBody = <const S extends readonly Scope[]>(allowed: S) =>
  z.strictObject({ scope: z.enum(allowed, 'invalid_scope'), expiresAt: timeSchema.exactOptional() });

export const createMerchantKey = operation({
  operationId: 'createMerchantKey',
  method: 'post',
  path: '/v1/merchants/{merchantId}/keys',
  summary: 'Create a key for one merchant',
  function: 'admin',
  scopes: ['admin', 'merchant'],
  merchant: 'path',
  params: ofMerchant,
  body: keyBody(['initiator', 'merchant', 'receiver']),
  answers: { 201: { description: 'Created; the key is shown this once.', schema: newKey } },
  problems: ['unknown_merchant'],
});

export const listMerchantKeys = operation({
  operationId: 'listMerchantKeys',
  method: 'get',
  path: '/v1/merchants/{merchantId}/keys',
  summary: 'List the keys of a merchant',
  function: 'admin',
  scopes: ['admin', 'merchant'],
  merchant: 'path',
  params: ofMerchant,
  query: paging,
  answers: { 200: { description: 'Keys without their secrets.', schema: page(keyAnswer) } },
  problems: ['invalid_cursor'],
});

export const revokeMerchantKey = operation({
  operationId: 'revokeMerchantKey',
  method: 'delete',
  path: '/v1/merchants/{merchantId}/keys/{keyId}',
  summary: 'Revoke a key of a merchant; it works for 60 more seconds at most',
  function: 'admin',
  scopes: ['admin', 'merchant'],
  merchant: 'path',
  params: z.strictObject({ merchantId: merchantIdSchema, keyId: keyIdSchema }),
  answers: { 204: { description: 'Revoked.' } },
  problems: ['unknown_key'],
});

export const createKey = operation({
  operationId: 'createKey',
  method: 'post',
  path: '/v1/keys',
  summary: 'Create a key for all merchants',
  function: 'admin',
  scopes: ['admin'],
  merchant: 'none',
  body: keyBody(['admin', 'initiator']),
  answers: { 201: { description: 'Created; the key is shown this once.', schema: newKey } },
  problems: [],
});

export const listKeys = operation({
  operationId: 'listKeys',
  method: 'get',
  path: '/v1/keys',
  summary: 'List the keys for all merchants',
  function: 'admin',
  scopes: ['admin'],
  merchant: 'none',
  query: paging,
  answers: { 200: { description: 'Keys without their secrets.', schema: page(keyAnswer) } },
  problems: ['invalid_cursor'],
});

export const revokeKey = operation({
  operationId: 'revokeKey',
  method: 'delete',
  path: '/v1/keys/{keyId}',
  summary: 'Revoke a key for all merchants; it works for 60 more seconds at most',
  function: 'admin',
  scopes: ['admin'],
  merchant: 'none',
  params: z.strictObject({ keyId: keyIdSchema }),
  answers: { 204: { description: 'Revoked.' } },
  problems: ['unknown_key'],
});

export const readOpenApi = operation({
  operationId: 'readOpenApi',
  method: 'get',
  path: '/openapi.json',
  summary: 'This document',
  function: 'admin',
  scopes: [],
  merchant: 'none',
  answers: { 200: { description: 'OpenAPI 3.1.' } },
  problems: [],
});
