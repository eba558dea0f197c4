import * as z from 'zod';
import type {
  ZodOpenApiComponentsObject,
  ZodOpenApiOperationObject,
  ZodOpenApiPathsObject,
} from 'zod-openapi';
import type { AlertType } from '../../protocol/alerts.ts';
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

const summarySchema = z
  .strictObject({
    from: z.iso.datetime().meta({ description: 'The start of the hour.' }),
    to: z.iso.datetime().meta({ description: 'Exclusive.' }),
    count: z.int().meta({ description: 'How often in that hour, with the first time.' }),
    isMore: z.boolean().meta({ description: 'Whether there were more than count.' }),
  })
  .meta({
    id: 'AlertSummary',
    description:
      'The first time in an hour has an alert of its own. Further ones are counted after the hour.',
  });

/** What each alert's callback holds in `data`, by its type. */
const alertDataSchemas = {
  'tidings.endpoint.disabled': z.strictObject({
    merchantId: z.string(),
    endpointId: z.string(),
    reason: z.string().exactOptional().meta({
      description:
        '`gone`: the receiver answered 410. `failing_for_days`: it failed on five days. Not in a summary.',
    }),
    summary: summarySchema.exactOptional(),
  }),
  'tidings.notification.exhausted': z.strictObject({
    merchantId: z.string(),
    endpointId: z.string(),
    notificationId: z
      .string()
      .exactOptional()
      .meta({ description: 'The first one of the hour. Not in a summary.', example: 'pay_1.1.ep_4fzQ0Yw2' }),
    transactionId: z.string().exactOptional(),
    version: z.int().exactOptional(),
    summary: summarySchema.exactOptional(),
  }),
  'tidings.statement.ready': z.strictObject({
    merchantId: z.string(),
    date: z.iso.date().meta({ description: 'The day, for GET /v1/statements/{date}.' }),
    revision: z.int(),
    rows: z.int(),
  }),
} as const satisfies Readonly<Record<AlertType, z.ZodType>>;

/** The callback of one type of alert. */
export function alertCallbackSchema(type: AlertType) {
  return z.strictObject({
    type: z.literal(type),
    timestamp: z.iso.datetime().meta({ description: 'When the service noticed.' }),
    data: alertDataSchemas[type],
  });
}

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

function alert(type: AlertType, words: Pick<Callback, 'operationId' | 'summary'>) {
  return callback({
    ...words,
    description:
      'Sent at least once to every endpoint whose types name it or are tidings.*; * stands for outcomes only. Signed and ' +
      'retried like outcomes. There is never an alert about an alert. Answer 2xx to types that you do not know.',
    schema: alertCallbackSchema(type),
  });
}

export const webhooks: ZodOpenApiPathsObject = {
  outcome: callback({
    operationId: 'tellOutcome',
    summary: 'A transaction has ended',
    description:
      'Sent at least once to every endpoint whose types match, and to the notifyUrl of the transaction.',
    schema: callbackSchema,
  }),
  endpointDisabled: alert('tidings.endpoint.disabled', {
    operationId: 'alertEndpointDisabled',
    summary: 'An alert: the service disabled an endpoint',
  }),
  notificationExhausted: alert('tidings.notification.exhausted', {
    operationId: 'alertNotificationExhausted',
    summary: 'An alert: a notification used up its schedule',
  }),
  statementReady: alert('tidings.statement.ready', {
    operationId: 'alertStatementReady',
    summary: 'An alert: a day’s statement can be fetched',
  }),
  test: callback({
    operationId: 'tellTest',
    summary: 'A test of the endpoint, requested by its owner; never retried',
    description: 'Signed like every other callback.',
    schema: testCallbackSchema,
  }),
};
