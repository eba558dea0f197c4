import * as z from 'zod';
import { UNDELIVERED_STATES } from '../../core/deliver/redelivery.ts';
import { endpointIdSchema, timeSchema, transactionIdSchema, versionSchema } from '../../core/model.ts';
import { NOTIFICATION_ID } from '../../protocol/id-forms.ts';
import { documented } from '../contract/documented.ts';
import { operation } from '../contract/operation.ts';
import { settling } from '../contract/operation-kinds.ts';
import { notificationSchema } from '../contract/shapes.ts';

/** `pay_1.1.ep_4fzQ`: transaction, version and endpoint. */
const notificationIdSchema = z
  .string('invalid_id')
  .regex(NOTIFICATION_ID, 'invalid_id')
  .meta({ example: 'pay_1.1.ep_4fzQ0Yw2' });

const jobSchema = documented(() =>
  z
    .object({
      jobId: z.string(),
      state: z.enum(['running', 'done']),
      found: z.int().meta({ description: 'Notifications examined so far.' }),
      sent: z.int().meta({ description: 'Notifications sent again so far.' }),
    })
    .meta({ id: 'Redelivery' }),
);

export const acknowledge = operation({
  operationId: 'acknowledge',
  method: 'post',
  path: '/v1/transactions/{transactionId}/acknowledge',
  summary: 'Acknowledge that an outcome is applied; retries stop',
  ...settling,
  // Only the receiver knows that it applied an outcome.
  forAdmins: false,
  params: z.strictObject({ transactionId: transactionIdSchema }),
  body: z.strictObject({
    version: versionSchema,
    endpointId: endpointIdSchema.exactOptional().meta({ description: 'One endpoint. Default: all.' }),
  }),
  answers: () => ({
    200: {
      description: 'The notifications after the change; empty if there are no endpoints.',
      schema: z.object({ notifications: z.array(notificationSchema()) }),
    },
  }),
  problems: ['unknown_transaction', 'unknown_version', 'unknown_notification', 'not_terminal'],
});

export const redeliver = operation({
  operationId: 'redeliver',
  method: 'post',
  path: '/v1/notifications/{notificationId}/redeliver',
  summary: 'Send one notification again now; its schedule restarts',
  ...settling,
  params: z.strictObject({ notificationId: notificationIdSchema }),
  answers: () => ({
    202: { description: 'It is being sent.', schema: notificationSchema() },
  }),
  problems: ['unknown_transaction', 'unknown_version', 'unknown_notification', 'not_terminal'],
});

export const redeliverRange = operation({
  operationId: 'redeliverRange',
  method: 'post',
  path: '/v1/redeliveries',
  summary: 'Start a job that resends the undelivered notifications of a range',
  ...settling,
  body: z
    .strictObject({
      from: timeSchema.meta({ description: 'Inclusive, by listedAt.' }),
      to: timeSchema.meta({ description: 'Exclusive, by listedAt.' }),
      states: z
        .array(z.enum(UNDELIVERED_STATES, 'invalid_value'), 'invalid_type')
        .min(1, 'invalid_value')
        .max(UNDELIVERED_STATES.length, 'too_long')
        .exactOptional()
        .meta({ description: 'Default: exhausted and blocked.' }),
      endpointId: endpointIdSchema.exactOptional(),
    })
    .refine(({ from, to }) => from < to, { path: ['to'], error: 'invalid_range' }),
  answers: () => ({ 202: { description: 'The job.', schema: jobSchema() } }),
  problems: ['invalid_range', 'too_many_jobs'],
});

export const readRedelivery = operation({
  operationId: 'readRedelivery',
  method: 'get',
  path: '/v1/redeliveries/{jobId}',
  summary: 'Read the progress of a redelivery job',
  ...settling,
  params: z.strictObject({ jobId: z.string().regex(/^[A-Za-z0-9]{1,64}$/, 'invalid_id') }),
  answers: () => ({ 200: { description: 'The job.', schema: jobSchema() } }),
  problems: ['unknown_job'],
});
