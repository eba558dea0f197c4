import * as z from 'zod';
import { endpointIdSchema, timeSchema } from '../../core/model.ts';
import { MAX_EXAMINED } from '../../core/query/deliveries.ts';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import { NOTIFICATION_STATES } from '../../protocol/contract-words.ts';
import { operation } from '../contract/operation.ts';
import { asking } from '../contract/operation-kinds.ts';
import { cursorSchema, feedItemSchema, limitSchema, notificationSchema, page } from '../contract/shapes.ts';

const deliverySchema = onFirstUse(() =>
  z
    .object({
      ...feedItemSchema().shape,
      notifications: z
        .array(notificationSchema())
        .meta({ description: 'Those that the filter lets through, also those not yet attempted.' }),
      provisional: z.literal(true).exactOptional().meta({
        description:
          'Younger than the watermark: other outcomes may still appear before it. Ask again from the watermark.',
      }),
    })
    .meta({ id: 'Delivery' }),
);

export const listDeliveries = operation({
  operationId: 'listDeliveries',
  method: 'get',
  path: '/v1/deliveries',
  summary: 'List outcomes with their notifications and attempts, in order of listedAt',
  ...asking,
  isLarge: () => true,
  query: () =>
    z
      .strictObject({
        from: timeSchema().exactOptional().meta({ description: 'Inclusive, by listedAt.' }),
        to: timeSchema().exactOptional().meta({ description: 'Exclusive, by listedAt.' }),
        endpointId: endpointIdSchema()
          .exactOptional()
          .meta({ description: 'Only notifications of this endpoint, or of notify-url.' }),
        state: z
          .enum(NOTIFICATION_STATES, 'invalid_value')
          .exactOptional()
          .meta({
            description:
              'Only notifications in this state. `retrying`, `exhausted` and `blocked` are found without looking at others; ' +
              'with any other state most pages may be short.',
          }),
        cursor: cursorSchema(),
        limit: limitSchema(MAX_EXAMINED).meta({
          description: `Maximum number of outcomes to examine, 1 to ${MAX_EXAMINED}.`,
        }),
      })
      .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
        path: ['to'],
        error: 'invalid_range',
      }),
  answers: () => ({
    200: {
      description:
        'A page. It may be short or empty even if hasMore is true. Outcomes without a notification that matches are left out. Signed.',
      schema: z.object({
        ...page(deliverySchema()).shape,
        watermark: z.iso.datetime().meta({ description: 'Up to this time no outcome is missing.' }),
        unreadable: z
          .array(z.object({ transactionId: z.string() }))
          .exactOptional()
          .meta({
            description: 'Transactions of this page whose rows cannot be read; operators were alerted.',
          }),
      }),
    },
  }),
  problems: ['invalid_range', 'beyond_retention', 'in_future', 'invalid_cursor', 'cursor_expired'],
});
