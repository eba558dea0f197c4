import * as z from 'zod';
import { HEALTH_STATES } from '../../core/deliver/health/endpoint-health.ts';
import {
  DISABLED_REASONS,
  descriptionSchema,
  signatureSchema,
  timeoutMsSchema,
} from '../../core/merchants/merchant-config.ts';
import { endpointIdSchema, NOTIFY_URL_ENDPOINT, urlSchema } from '../../core/model.ts';
import { nonBlankTextSchema } from '../../core/reading/text.ts';
import { scheduleSchema } from '../../core/schedule.ts';
import { operation } from '../contract/operation.ts';
import { managing } from '../contract/operation-kinds.ts';
import { eventFiltersSchema, failureDetailSchema, ofEndpoint, ofMerchant, page } from '../contract/shapes.ts';
import { rotation, secretAnswer } from '../merchants/secret-rotation.ts';

const healthSchema = z
  .object({
    state: z.enum(HEALTH_STATES).meta({
      description:
        '`slow`: answers take over 2 s. `failing`: attempts failed since the last success. `paused`: they failed for so long ' +
        'that one request at a time probes the endpoint, at most 15 minutes apart. `unknown`: the health cannot be read now.',
    }),
    failingSince: z.iso
      .datetime()
      .exactOptional()
      .meta({ description: 'The first failure since the last success.' }),
    lastSuccessAt: z.iso.datetime().exactOptional().meta({
      description: 'The last success before `failingSince`, or the one that ended a time of failures.',
    }),
    lastFailure: z
      .object({
        at: z.iso.datetime(),
        error: z.string().meta({ description: 'As in an attempt; `gone`: it answered 410.' }),
        detail: failureDetailSchema.exactOptional(),
        statusCode: z.int().exactOptional(),
      })
      .exactOptional()
      .meta({
        description:
          'A late failure, also one before the last success: at most an hour older than the last one, and at most a minute ' +
          'older if the reason changed.',
      }),
  })
  .meta({
    id: 'EndpointHealth',
    description:
      'How attempts went, under the current URL. Of a disabled endpoint: as it was then. Only when an endpoint is read or listed.',
  });

const endpointAnswer = z
  .object({
    endpointId: z.string(),
    url: z.string(),
    description: z.string().exactOptional(),
    types: z.array(z.string()),
    timeoutMs: z.int(),
    schedule: z.union([z.string(), z.array(z.int())]).exactOptional(),
    expectBody: z.string().exactOptional(),
    signature: signatureSchema,
    publicKey: z.string().exactOptional().meta({ description: 'whpk_…, to verify v1a.' }),
    enabled: z.boolean(),
    disabledReason: z
      .enum(DISABLED_REASONS)
      .exactOptional()
      .meta({
        description:
          'Why it is disabled. `requested`: by a request. `gone`: the receiver answered 410. `failing_for_days`: attempts ' +
          'failed on five days and none succeeded. Absent if an older version disabled it.',
      }),
    disabledAt: z.iso.datetime().exactOptional().meta({ description: 'Since when it is disabled.' }),
    inForceFrom: z.iso.datetime().meta({
      description:
        'An outcome listed at or after this time uses the current `enabled` and `types`. ' +
        'Attempts follow new settings within 10 s.',
    }),
    createdAt: z.iso.datetime(),
    health: healthSchema.exactOptional(),
  })
  .meta({ id: 'Endpoint' });

const expectBodySchema = nonBlankTextSchema(256).meta({
  description:
    'A 2xx counts as delivered only with this body, such as success. Surrounding white space is ignored.',
});

const endpointSettings = {
  url: urlSchema,
  description: descriptionSchema.exactOptional(),
  types: eventFiltersSchema.meta({
    description: 'The event types that are sent to it. Default: all.',
    example: ['payment.*'],
  }),
  timeoutMs: timeoutMsSchema.exactOptional(),
  schedule: scheduleSchema.exactOptional(),
  expectBody: expectBodySchema.exactOptional(),
  signature: signatureSchema.exactOptional(),
  enabled: z.boolean('invalid_type').exactOptional(),
};

export const createEndpoint = operation({
  operationId: 'createEndpoint',
  method: 'post',
  path: '/v1/merchants/{merchantId}/endpoints',
  summary: 'Create an endpoint',
  ...managing,
  params: ofMerchant,
  body: z.strictObject(endpointSettings),
  answers: {
    201: {
      description:
        'Created and in force. The answer takes about five seconds. The secret is shown only once.',
      schema: z.object({ ...endpointAnswer.shape, ...secretAnswer.shape }),
    },
  },
  problems: ['unknown_merchant', 'too_many_endpoints', 'too_many_changes', 'address_refused', 'clock_skew'],
});

export const listEndpoints = operation({
  operationId: 'listEndpoints',
  method: 'get',
  path: '/v1/merchants/{merchantId}/endpoints',
  summary: 'List the endpoints of a merchant, all on one page',
  ...managing,
  params: ofMerchant,
  answers: { 200: { description: 'The endpoints.', schema: page(endpointAnswer) } },
  problems: ['unknown_merchant'],
});

export const readEndpoint = operation({
  operationId: 'readEndpoint',
  method: 'get',
  path: '/v1/merchants/{merchantId}/endpoints/{endpointId}',
  summary: 'Read an endpoint',
  ...managing,
  params: ofEndpoint,
  answers: { 200: { description: 'The endpoint.', schema: endpointAnswer } },
  problems: ['unknown_merchant', 'unknown_endpoint'],
});

export const putEndpoint = operation({
  operationId: 'putEndpoint',
  method: 'put',
  path: '/v1/merchants/{merchantId}/endpoints/{endpointId}',
  summary: 'Create an endpoint with an id of your own, or replace its settings; safe to repeat',
  ...managing,
  params: z.strictObject({
    ...ofMerchant.shape,
    endpointId: endpointIdSchema.refine((id) => id !== NOTIFY_URL_ENDPOINT, 'invalid_id'),
  }),
  body: z.strictObject({
    ...endpointSettings,
    enabled: endpointSettings.enabled.meta({
      description: 'Default: true for a new endpoint. An existing one stays as it is.',
    }),
  }),
  answers: {
    200: {
      description:
        'The endpoint existed and has these settings now; those that are not given have their defaults. Without its secret: ' +
        'if the answer that showed it was lost, rotate it.',
      schema: endpointAnswer,
    },
    201: {
      description:
        'Created and in force. The answer takes about five seconds. The secret is shown only once.',
      schema: z.object({ ...endpointAnswer.shape, ...secretAnswer.shape }),
    },
  },
  problems: [
    'unknown_merchant',
    'too_many_endpoints',
    'too_many_changes',
    'endpoint_deleted',
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
  body: z.strictObject({
    ...endpointSettings,
    url: urlSchema.exactOptional(),
    description: descriptionSchema
      .nullable()
      .exactOptional()
      .meta({ description: 'What the endpoint is for. null: no description.' }),
    schedule: scheduleSchema
      .nullable()
      .exactOptional()
      .meta({ description: "null: the merchant's schedule." }),
    expectBody: expectBodySchema.nullable().exactOptional().meta({ description: 'null: any body.' }),
  }),
  answers: {
    200: {
      description:
        'The endpoint after the change. Removals take effect at once. Additions are in force when the answer arrives, about five seconds after the request.',
      schema: endpointAnswer,
    },
  },
  problems: ['unknown_merchant', 'unknown_endpoint', 'address_refused', 'too_many_changes', 'clock_skew'],
});

export const deleteEndpoint = operation({
  operationId: 'deleteEndpoint',
  method: 'delete',
  path: '/v1/merchants/{merchantId}/endpoints/{endpointId}',
  summary: 'Delete an endpoint; its open notifications become blocked when their next attempt is due',
  ...managing,
  params: ofEndpoint,
  answers: { 204: { description: 'Deleted.' } },
  problems: ['unknown_merchant', 'unknown_endpoint', 'clock_skew'],
});

const rotatedSecret = z.object({ ...secretAnswer.shape, publicKey: z.string().exactOptional() });

export const rotateEndpointSecret = operation({
  operationId: 'rotateEndpointSecret',
  method: 'post',
  path: '/v1/merchants/{merchantId}/endpoints/{endpointId}/secrets',
  summary: "Rotate an endpoint's secret",
  ...managing,
  params: ofEndpoint,
  body: rotation,
  answers: {
    200: { description: 'A repetition of the same rotation, with the same secret.', schema: rotatedSecret },
    201: {
      description: 'The new secret, and the new public key if the endpoint signs v1a.',
      schema: rotatedSecret,
    },
  },
  problems: [
    'unknown_merchant',
    'unknown_endpoint',
    'too_many_secrets',
    'rotation_repeated',
    'rotation_conflict',
  ],
});
