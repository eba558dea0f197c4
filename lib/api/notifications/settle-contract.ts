import * as z from 'zod';
import { endpointIdSchema, transactionIdSchema, versionSchema } from '../../core/model.ts';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import { NOTIFICATION_ID } from '../../protocol/id-forms.ts';
import { operation } from '../contract/operation.ts';
import { settling } from '../contract/operation-kinds.ts';
import { notificationSchema } from '../contract/shapes.ts';

/** `pay_1.1.ep_4fzQ`: transaction, version and endpoint. */
const notificationIdSchema = onFirstUse(() =>
  z.string('invalid_id').regex(NOTIFICATION_ID, 'invalid_id').meta({ example: 'pay_1.1.ep_4fzQ0Yw2' }),
);

export const acknowledge = operation({
  operationId: 'acknowledge',
  method: 'post',
  path: '/v1/transactions/{transactionId}/acknowledge',
  summary: 'Acknowledge that an outcome is applied; retries stop',
  ...settling,
  // Only the receiver knows that it applied an outcome.
  forAdmins: false,
  params: () => z.strictObject({ transactionId: transactionIdSchema() }),
  body: () =>
    z.strictObject({
      version: versionSchema(),
      endpointId: endpointIdSchema().exactOptional().meta({ description: 'One endpoint. Default: all.' }),
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
  params: () => z.strictObject({ notificationId: notificationIdSchema() }),
  answers: () => ({
    202: { description: 'It is being sent.', schema: notificationSchema() },
  }),
  problems: ['unknown_transaction', 'unknown_version', 'unknown_notification', 'not_terminal'],
});
