import * as z from 'zod';
import { endpointIdSchema } from '../../core/model.ts';
import { MAX_UNDELIVERED_PAGE } from '../../core/query/undelivered.ts';
import { UNDELIVERED_STATES } from '../../protocol/contract-words.ts';
import { operation } from '../contract/operation.ts';
import { asking } from '../contract/operation-kinds.ts';
import { cursorSchema, limitSchema, notificationSchema, page } from '../contract/shapes.ts';

export const listNotifications = operation({
  operationId: 'listNotifications',
  method: 'get',
  path: '/v1/notifications',
  summary: 'List notifications that were not delivered, and why',
  ...asking,
  isLarge: () => true,
  query: () =>
    z.strictObject({
      state: z.enum(UNDELIVERED_STATES, 'invalid_value'),
      endpointId: endpointIdSchema()
        .exactOptional()
        .meta({ description: 'Only notifications of this endpoint, or of notify-url. Default: all.' }),
      cursor: cursorSchema(),
      limit: limitSchema(MAX_UNDELIVERED_PAGE),
    }),
  answers: () => ({
    200: {
      description: 'In order of listedAt. A page may be empty even if hasMore is true. Signed.',
      schema: page(
        z.object({
          ...notificationSchema().shape,
          transactionId: z.string(),
          listedAt: z.iso.datetime(),
        }),
      ),
    },
  }),
  problems: ['invalid_value', 'invalid_cursor'],
});
