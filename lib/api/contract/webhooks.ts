import * as z from 'zod';
import type {
  ZodOpenApiComponentsObject,
  ZodOpenApiOperationObject,
  ZodOpenApiPathsObject,
} from 'zod-openapi';
import { TERMINAL_STATUSES } from '../../protocol/content/content-rules.ts';
import { TEST_EVENT } from '../../protocol/event-names.ts';
import { outcomeDataSchema } from './shapes.ts';

/** The callbacks that receivers get, and how answers are signed. For the OpenAPI document. */

export const callbackSchema = z
  .strictObject({
    type: z.string().meta({
      description: 'The transaction type and its status.',
      example: 'payment.succeeded',
    }),
    timestamp: z.iso
      .datetime()
      .meta({ description: 'recordedAt of the outcome; the same in every attempt.' }),
    data: z.strictObject({
      ...outcomeDataSchema().shape,
      status: z.enum(TERMINAL_STATUSES),
      listedAt: z.iso.datetime(),
    }),
  })
  .meta({ id: 'Callback', description: 'The same bytes in every attempt and redelivery.' });

export const testCallbackSchema = z.strictObject({
  type: z.literal(TEST_EVENT),
  timestamp: z.iso.datetime(),
  data: z.strictObject({ merchantId: z.string(), endpointId: z.string() }),
});

const signatureHeaders = {
  'webhook-id':
    'On a callback: the same in every attempt; use it as the idempotency key. On an answer: ans_ and a unique id.',
  'webhook-timestamp': 'Time of signing, in seconds since 1970. Refuse if it is more than 300 s off.',
  'webhook-signature':
    'Standard Webhooks: v1 (HMAC-SHA256) or v1a (ed25519) over id.timestamp.body. During the overlap of a rotation there ' +
    'are several signatures, separated by spaces. Callbacks are signed with the secret of the endpoint, or of the merchant ' +
    'if they go to notifyUrl. Answers are signed with a key derived from the secret of the merchant (HKDF-SHA256, info tidings-answer).',
};

export const headerComponents: NonNullable<ZodOpenApiComponentsObject['headers']> = {
  ...Object.fromEntries(
    Object.entries(signatureHeaders).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' as const } },
    ]),
  ),
  'retry-after': { description: 'Seconds to wait.', schema: { type: 'integer' } },
};

/** References to headers by name, as a response lists them. */
function refer(names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** Headers of signed answers, which only receiver and merchant keys get. */
export const signedAnswerHeaders = refer(Object.keys(signatureHeaders));
export const retryAfterHeader = refer(['retry-after']);

const callbackHeaders = z.object({
  'webhook-id': z.string().meta({ description: signatureHeaders['webhook-id'], example: 'msg_2f1c…' }),
  'webhook-timestamp': z.string().meta({ description: signatureHeaders['webhook-timestamp'] }),
  'webhook-signature': z.string().meta({ description: signatureHeaders['webhook-signature'] }),
  'tidings-attempt': z.string().meta({ description: 'The number of the attempt, 1 for the first.' }),
  traceparent: z.string().meta({ description: 'One trace for all attempts of an outcome.' }),
});

interface Callback {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly schema: z.ZodType;
}

function callback(details: Callback): { readonly post: ZodOpenApiOperationObject } {
  const { schema, ...words } = details;
  return {
    post: {
      ...words,
      security: [],
      requestParams: { header: callbackHeaders },
      requestBody: { required: true, content: { 'application/json': { schema } } },
      responses: {
        '2XX': { description: 'Delivered. Answer this only after you have committed the outcome.' },
        '410': { description: 'Stop calling: the endpoint is disabled and the notification is blocked.' },
        '429': { description: 'Retried after Retry-After or the schedule’s delay, whichever is longer.' },
        '503': { description: 'Retried after Retry-After or the schedule’s delay, whichever is longer.' },
        default: { description: 'Retried on the schedule. Redirects are not followed.' },
      },
    },
  };
}

export const webhooks: ZodOpenApiPathsObject = {
  outcome: callback({
    operationId: 'tellOutcome',
    summary: 'A transaction has ended',
    description:
      'Sent at least once to every endpoint whose types match, and to the notifyUrl of the transaction.',
    schema: callbackSchema,
  }),
  test: callback({
    operationId: 'tellTest',
    summary: 'A test of the endpoint, requested by its owner; never retried',
    description: 'Signed like every other callback.',
    schema: testCallbackSchema,
  }),
};
