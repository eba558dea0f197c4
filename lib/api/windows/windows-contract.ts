import * as z from 'zod';
import { MAX_PAGE_ROWS } from '../../core/feed/merge.ts';
import { MAX_EVENT_FILTERS, outcomeFilterSchema } from '../../core/merchants/merchant-config.ts';
import { timeSchema } from '../../core/model.ts';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import { integerTextSchema } from '../../core/reading/text.ts';
import { RESOLUTIONS } from '../../protocol/resolutions.ts';
import { BUCKETS } from '../../protocol/row-digest.ts';
import { operation } from '../contract/operation.ts';
import { asking } from '../contract/operation-kinds.ts';
import { cursorSchema, feedItemSchema, limitSchema, page } from '../contract/shapes.ts';

const windowShape = onFirstUse(() => ({
  start: z.iso.datetime(),
  end: z.iso.datetime(),
  revision: z.int().meta({
    description: '0 when the window was closed. Increases when an audit finds other contents later.',
  }),
  groups: z.array(
    z.object({
      transactionType: z.string(),
      status: z.string(),
      currency: z.string(),
      count: z.int(),
      amount: z.string().meta({
        description: 'In the minor unit; a string, because it may be larger than a number can hold.',
      }),
      hash: z.string().meta({ description: 'Sum modulo 2^128 of the rows’ hashes, 32 hex digits.' }),
    }),
  ),
}));
const timesSchema = onFirstUse(() =>
  z
    .array(z.object({ transactionType: z.string(), status: z.string(), hash: z.string() }))
    .exactOptional()
    .meta({
      description:
        'With times=true: for each event type, the sum modulo 2^128 of the first 16 bytes of SHA-256 over transactionId, ' +
        'version and listedAt, separated by line feeds. Absent if an earlier version closed one of the windows.',
    }),
);
const windowSumSchema = onFirstUse(() =>
  z.object({ ...windowShape(), times: timesSchema() }).meta({ id: 'Window' }),
);
const windowSeconds = onFirstUse(() =>
  z.int().meta({ description: 'Length of a window. Windows start at multiples of it.' }),
);

/** `payment.*,refund.succeeded`: the same form as an endpoint's types. */
const typesSchema = onFirstUse(() =>
  z
    .string('invalid_event_type')
    .transform((text) => text.split(','))
    .refine((types) => types.length <= MAX_EVENT_FILTERS, { error: 'too_long', abort: true })
    .refine(
      (types) => types.every((type) => outcomeFilterSchema().safeParse(type).success),
      'invalid_event_type',
    )
    .exactOptional()
    .meta({ description: 'Event types, separated by commas. Default: all.', example: 'payment.*' }),
);

const bucketSchema = onFirstUse(() =>
  integerTextSchema({ min: 0, max: BUCKETS - 1 })
    .exactOptional()
    .meta({ description: 'The first byte of SHA-256 of the transaction id.' }),
);

const startParam = onFirstUse(() => z.strictObject({ start: timeSchema() }));

export const listWindows = operation({
  operationId: 'listWindows',
  method: 'get',
  path: '/v1/windows',
  summary: 'List digests of closed windows, or their sums by hour or day',
  ...asking,
  isLarge: () => true,
  query: () =>
    z
      .strictObject({
        from: timeSchema().meta({ description: 'Inclusive, by listedAt; must be the start of a window.' }),
        to: timeSchema().exactOptional().meta({ description: 'Exclusive. Default: closedThrough.' }),
        resolution: z.enum(RESOLUTIONS, 'invalid_value').exactOptional(),
        times: z
          .literal('true', 'invalid_value')
          .exactOptional()
          .meta({ description: 'Adds digests of listedAt.' }),
      })
      .refine(({ from, to }) => to === undefined || from < to, { path: ['to'], error: 'invalid_range' }),
  answers: () => ({
    200: {
      description: 'All closed windows of the range, oldest first. Empty windows are omitted. Signed.',
      schema: z.object({
        closedThrough: z.iso
          .datetime()
          .meta({ description: 'All windows that end at or before this time are closed.' }),
        windowSeconds: windowSeconds(),
        items: z.array(windowSumSchema()),
      }),
    },
  }),
  problems: [
    'invalid_range',
    'invalid_date',
    'unaligned_time',
    'beyond_retention',
    'range_too_long',
    'answer_too_large',
    'window_not_closed',
  ],
});

export const readWindow = operation({
  operationId: 'readWindow',
  method: 'get',
  path: '/v1/windows/{start}',
  summary: 'Read one closed window, with the digests of its buckets',
  ...asking,
  isLarge: ({ buckets }) => buckets !== undefined,
  params: startParam,
  query: () =>
    z.strictObject({
      buckets: z
        .literal(String(BUCKETS), 'invalid_value')
        .exactOptional()
        .meta({ description: 'Adds the digests of this many buckets.' }),
      types: typesSchema(),
    }),
  answers: () => ({
    200: {
      description: 'The window. Empty buckets are omitted. Signed.',
      schema: z.object({
        ...windowShape(),
        windowSeconds: windowSeconds(),
        buckets: z
          .array(z.object({ bucket: z.int(), count: z.int(), hash: z.string() }))
          .exactOptional()
          .meta({ description: 'Of the event types in the request.' }),
      }),
    },
  }),
  problems: [
    'invalid_date',
    'invalid_event_type',
    'unaligned_time',
    'beyond_retention',
    'window_not_closed',
    'window_too_large',
    'window_in_doubt',
  ],
});

export const listWindowRows = operation({
  operationId: 'listWindowRows',
  method: 'get',
  path: '/v1/windows/{start}/transactions',
  summary: 'List the rows of a closed window, or of one of its buckets',
  ...asking,
  isLarge: () => true,
  params: startParam,
  query: () =>
    z.strictObject({
      bucket: bucketSchema(),
      types: typesSchema(),
      cursor: cursorSchema(),
      limit: limitSchema(MAX_PAGE_ROWS),
    }),
  answers: () => ({
    200: {
      description:
        'Rows in the order of the feed. A page may be empty even if hasMore is true. If the window was revised since the ' +
        'previous page, its cursor is refused as `invalid_cursor`: start again with the first page. Signed.',
      schema: page(feedItemSchema()),
    },
  }),
  problems: [
    'invalid_date',
    'invalid_event_type',
    'invalid_cursor',
    'unaligned_time',
    'beyond_retention',
    'window_not_closed',
  ],
});
