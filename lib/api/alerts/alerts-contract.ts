import * as z from 'zod';
import { MAX_ALERT_PAGE } from '../../core/query/alert-list.ts';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import { ALERT_TYPES } from '../../protocol/alerts.ts';
import { NOTIFICATION_STATES } from '../../protocol/contract-words.ts';
import { operation } from '../contract/operation.ts';
import { asking } from '../contract/operation-kinds.ts';
import { attemptSchema, cursorSchema, limitSchema, page } from '../contract/shapes.ts';

const deliverySchema = onFirstUse(() =>
  z.object({
    endpointId: z.string(),
    state: z.enum(NOTIFICATION_STATES),
    blockedReason: z.string().exactOptional(),
    attempts: z.int().meta({ description: 'How many attempts were made.' }),
    lastAttempt: attemptSchema().exactOptional(),
    nextAttemptAt: z.iso.datetime().exactOptional(),
  }),
);

const alertAnswer = onFirstUse(() =>
  z
    .object({
      webhookId: z.string().meta({ description: 'The webhook-id of its callbacks.' }),
      type: z.enum(ALERT_TYPES),
      timestamp: z.iso.datetime().meta({ description: 'When the service noticed.' }),
      data: z
        .record(z.string(), z.unknown())
        .meta({ description: 'As in the callback. A summary has its count once its hour is over.' }),
      deliveries: z
        .array(deliverySchema())
        .meta({ description: 'One for each endpoint that had subscribed when the alert was made.' }),
    })
    .meta({ id: 'Alert' }),
);

export const listAlerts = operation({
  operationId: 'listAlerts',
  method: 'get',
  path: '/v1/alerts',
  summary: 'List alerts and their deliveries, the newest hour first; kept for 45 days',
  ...asking,
  query: () => z.strictObject({ cursor: cursorSchema(), limit: limitSchema(MAX_ALERT_PAGE) }),
  answers: () => ({
    200: {
      description:
        'Alerts that some endpoint had subscribed to. They are in no feed, statistics or digest. Signed.',
      schema: page(alertAnswer()),
    },
  }),
  problems: ['invalid_cursor'],
});
