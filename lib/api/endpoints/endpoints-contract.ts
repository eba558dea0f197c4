import * as z from 'zod';
import {
  descriptionSchema,
  ratePerSecondSchema,
  signatureSchema,
  timeoutMsSchema,
} from '../../core/merchants/merchant-config.ts';
import { expectBodySchema } from '../../core/merchants/settings/accepted-bodies.ts';
import { headerChangesSchema, headersSchema } from '../../core/merchants/settings/header-rules.ts';
import { endpointIdSchema, NOTIFY_URL_ENDPOINT, urlSchema } from '../../core/model.ts';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import { scheduleSchema } from '../../core/schedule.ts';
import { operation } from '../contract/operation.ts';
import { managing } from '../contract/operation-kinds.ts';
import { eventFiltersSchema, ofEndpoint, ofMerchant, page } from '../contract/shapes.ts';
import { rotation, secretAnswer } from '../merchants/secret-rotation.ts';
import { endpointAnswer } from './endpoint-shapes.ts';

const endpointUrl = onFirstUse(() =>
  urlSchema().meta({
    description:
      'Where callbacks go. Its form is checked here, and its address if it names one. A host name is looked up, and its address ' +
      'vetted, at each attempt: send a test to find out whether it can be reached.',
  }),
);

const endpointSettings = onFirstUse(() => ({
  url: endpointUrl(),
  description: descriptionSchema().exactOptional(),
  types: eventFiltersSchema().meta({
    description:
      'The event types that are sent to it. Default: all. Only the form of a type is checked: nothing is sent for a type that ' +
      'no initiator records, such as a misspelt one.',
    example: ['payment.*'],
  }),
  timeoutMs: timeoutMsSchema().exactOptional(),
  schedule: scheduleSchema().exactOptional(),
  expectBody: expectBodySchema().exactOptional(),
  headers: headersSchema().exactOptional(),
  ratePerSecond: ratePerSecondSchema().exactOptional(),
  signature: signatureSchema().exactOptional(),
  enabled: z.boolean('invalid_type').exactOptional(),
}));

export const createEndpoint = operation({
  operationId: 'createEndpoint',
  method: 'post',
  path: '/v1/merchants/{merchantId}/endpoints',
  summary: 'Create an endpoint',
  ...managing,
  params: ofMerchant,
  body: () => z.strictObject(endpointSettings()),
  answers: () => ({
    201: {
      description:
        'Created and in force. The answer takes about five seconds. The secret is shown only once.',
      schema: z.object({ ...endpointAnswer().shape, ...secretAnswer().shape }),
    },
  }),
  problems: ['unknown_merchant', 'too_many_endpoints', 'too_many_changes', 'address_refused', 'clock_skew'],
});

export const listEndpoints = operation({
  operationId: 'listEndpoints',
  method: 'get',
  path: '/v1/merchants/{merchantId}/endpoints',
  summary: 'List the endpoints of a merchant, all on one page',
  ...managing,
  params: ofMerchant,
  answers: () => ({ 200: { description: 'The endpoints.', schema: page(endpointAnswer()) } }),
  problems: ['unknown_merchant'],
});

export const readEndpoint = operation({
  operationId: 'readEndpoint',
  method: 'get',
  path: '/v1/merchants/{merchantId}/endpoints/{endpointId}',
  summary: 'Read an endpoint',
  ...managing,
  params: ofEndpoint,
  answers: () => ({ 200: { description: 'The endpoint.', schema: endpointAnswer() } }),
  problems: ['unknown_merchant', 'unknown_endpoint'],
});

export const putEndpoint = operation({
  operationId: 'putEndpoint',
  method: 'put',
  path: '/v1/merchants/{merchantId}/endpoints/{endpointId}',
  summary: 'Create an endpoint with an id of your own, or replace its settings; safe to repeat',
  ...managing,
  params: () =>
    z.strictObject({
      ...ofMerchant().shape,
      endpointId: endpointIdSchema().refine((id) => id !== NOTIFY_URL_ENDPOINT, {
        error: 'invalid_id',
        params: { fits: 'Use another id: this one stands for the URLs of transactions.' },
      }),
    }),
  body: () =>
    z.strictObject({
      ...endpointSettings(),
      enabled: endpointSettings().enabled.meta({
        description: 'Default: true for a new endpoint. An existing one stays as it is.',
      }),
    }),
  answers: () => ({
    200: {
      description:
        'The endpoint existed and has these settings now; those that are not given have their defaults. Without its secret: ' +
        'if the answer that showed it was lost, rotate it.',
      schema: endpointAnswer(),
    },
    201: {
      description:
        'Created and in force. The answer takes about five seconds. The secret is shown only once.',
      schema: z.object({ ...endpointAnswer().shape, ...secretAnswer().shape }),
    },
  }),
  problems: [
    'unknown_merchant',
    'too_many_endpoints',
    'too_many_changes',
    'endpoint_deleted',
    'header_values_required',
    'address_refused',
    'clock_skew',
  ],
});

export const changeEndpoint = operation({
  operationId: 'changeEndpoint',
  method: 'patch',
  path: '/v1/merchants/{merchantId}/endpoints/{endpointId}',
  summary: 'Change, enable or disable an endpoint',
  ...managing,
  params: ofEndpoint,
  body: () =>
    z.strictObject({
      ...endpointSettings(),
      url: endpointUrl().exactOptional(),
      description: descriptionSchema()
        .nullable()
        .exactOptional()
        .meta({ description: 'What the endpoint is for. null: no description.' }),
      schedule: scheduleSchema()
        .nullable()
        .exactOptional()
        .meta({ description: "null: the merchant's schedule." }),
      expectBody: expectBodySchema().nullable().exactOptional().meta({ description: 'null: any body.' }),
      headers: headerChangesSchema()
        .nullable()
        .exactOptional()
        .meta({ description: 'Changes of headers. null: no headers.' }),
      ratePerSecond: ratePerSecondSchema()
        .nullable()
        .exactOptional()
        .meta({ description: 'null: no limit.' }),
    }),
  answers: () => ({
    200: {
      description:
        'The endpoint after the change. Removals take effect at once. Additions are in force when the answer arrives, about five seconds after the request.',
      schema: endpointAnswer(),
    },
  }),
  problems: [
    'unknown_merchant',
    'unknown_endpoint',
    'address_refused',
    'too_many_headers',
    'header_values_required',
    'too_many_changes',
    'clock_skew',
  ],
});

export const deleteEndpoint = operation({
  operationId: 'deleteEndpoint',
  method: 'delete',
  path: '/v1/merchants/{merchantId}/endpoints/{endpointId}',
  summary: 'Delete an endpoint; its open notifications become blocked when their next attempt is due',
  ...managing,
  params: ofEndpoint,
  answers: () => ({ 204: { description: 'Deleted.' } }),
  problems: ['unknown_merchant', 'unknown_endpoint', 'clock_skew'],
});

const rotatedSecret = onFirstUse(() =>
  z.object({ ...secretAnswer().shape, publicKey: z.string().exactOptional() }),
);

export const rotateEndpointSecret = operation({
  operationId: 'rotateEndpointSecret',
  method: 'post',
  path: '/v1/merchants/{merchantId}/endpoints/{endpointId}/secrets',
  summary: "Rotate an endpoint's secret",
  ...managing,
  params: ofEndpoint,
  body: rotation,
  answers: () => ({
    200: {
      description: 'A repetition of the same rotation, with the same secret.',
      schema: rotatedSecret(),
    },
    201: {
      description: 'The new secret, and the new public key if the endpoint signs v1a.',
      schema: rotatedSecret(),
    },
  }),
  problems: [
    'unknown_merchant',
    'unknown_endpoint',
    'too_many_secrets',
    'rotation_repeated',
    'rotation_conflict',
  ],
});
