import * as z from 'zod';
import type {
  ZodOpenApiComponentsObject,
  ZodOpenApiOperationObject,
  ZodOpenApiPathsObject,
} from 'zod-openapi';
import { TEST_EVENT } from '../protocol/event-names.ts';
import { outcomeDataSchema } from './shapes.ts';

/** What is sent to receivers, and how answers to them are signed: for the OpenAPI document. */

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
      ...outcomeDataSchema.shape,
      status: z.enum(['SUCCEEDED', 'FAILED', 'CLOSED']),
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
    'Of a callback: the same in every attempt; use it as idempotency key. Of an answer: ans_ and an id of its own.',
  'webhook-timestamp': 'When it was signed, in seconds since 1970. Refuse what is more than 300 s off.',
  'webhook-signature':
    'Standard Webhooks: v1 (HMAC-SHA256) or v1a (ed25519) over id.timestamp.body; several, separated by spaces, while ' +
    'a rotation overlaps. Callbacks are signed with the secret of the endpoint, or of the merchant if they go to ' +
    'notifyUrl. Answers are signed with a key derived from the secret of the merchant (HKDF-SHA256, info tidings-answer).',
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

/** The names of headers as a response has them. */
function refer(names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** Of answers to keys of a merchant. */
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
        '2XX': { description: 'Delivered. Answer this only after the outcome is committed.' },
        '410': { description: 'Do not call again: the endpoint is disabled, the notification is blocked.' },
        '429': { description: 'Tried again, after the longer of Retry-After and the schedule.' },
        '503': { description: 'Tried again, after the longer of Retry-After and the schedule.' },
        default: { description: 'Tried again on the schedule. Redirects are not followed.' },
      },
    },
  };
}

export const webhooks: ZodOpenApiPathsObject = {
  outcome: callback({
    operationId: 'tellOutcome',
    summary: 'A transaction has ended',
    description:
      'Sent at least once, to every endpoint whose types match and to the notifyUrl of the transaction.',
    schema: callbackSchema,
  }),
  test: callback({
    operationId: 'tellTest',
    summary: 'A test of the endpoint, requested by its owner; never repeated',
    description: 'Signed like every other callback.',
    schema: testCallbackSchema,
  }),
};
