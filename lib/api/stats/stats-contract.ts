import * as z from 'zod';
import { endpointIdSchema, merchantIdSchema, timeSchema } from '../../core/model.ts';
import { MAX_STATS_MS, STATS_RESOLUTIONS } from '../../core/query/stats.ts';
import { DAY_MS, msOf, SECOND_MS } from '../../core/time.ts';
import { operation } from '../contract/operation.ts';

export const MAX_STATS_SECONDS = MAX_STATS_MS / SECOND_MS;

/** Only for the document, so it is built only there. */
export const figures = () => ({
  attempts: z.int().meta({ description: 'All attempts: delivered and failed.' }),
  delivered: z.int(),
  failed: z
    .record(z.string(), z.int())
    .meta({ description: 'Attempts that failed, by error as in Attempt. `gone`: answered with 410.' }),
  firstAttemptDelays: z
    .array(
      z.object({
        upToMs: z
          .int()
          .exactOptional()
          .meta({ description: 'Upper bound, inclusive. Absent: above the last bound.' }),
        count: z.int(),
      }),
    )
    .meta({
      description: 'First attempts by the time from listing to their answer. Empty classes are left out.',
    }),
});

export const readStatsOperation = operation({
  operationId: 'readStats',
  method: 'get',
  path: '/v1/stats',
  summary: 'Count attempts by hour or day',
  function: 'query',
  scopes: ['receiver', 'merchant', 'admin'],
  merchant: 'any',
  isLarge: ({ from, to }) => to === undefined || msOf(String(to)) - msOf(String(from)) > DAY_MS,
  query: () =>
    z
      .strictObject({
        merchantId: merchantIdSchema()
          .exactOptional()
          .meta({ description: 'For keys of operators. Default: the whole service, without endpoints.' }),
        endpointId: endpointIdSchema().exactOptional().meta({ description: 'Default: all of the merchant.' }),
        from: timeSchema().meta({ description: 'Rounded down to the start of its UTC hour or day.' }),
        to: timeSchema()
          .exactOptional()
          .meta({ description: 'Exclusive; rounded up to the end of its UTC hour or day. Default: now.' }),
        resolution: z.enum(STATS_RESOLUTIONS, 'invalid_value').default('hour'),
      })
      .refine(({ from, to }) => to === undefined || from < to, { path: ['to'], error: 'invalid_range' }),
  answers: () => ({
    200: {
      description:
        'Each attempt that was stored is counted once, in the hour in which it began, about a minute later. Signed, except ' +
        'for operators.',
      schema: z.object({
        from: z.iso.datetime(),
        to: z.iso.datetime(),
        resolution: z.enum(STATS_RESOLUTIONS),
        items: z
          .array(z.object({ start: z.iso.datetime(), ...figures() }))
          .meta({ description: 'Oldest first. Hours or days without an attempt are left out.' }),
        endpoints: z
          .array(z.object({ endpointId: z.string(), ...figures() }))
          .meta({ description: 'Sums of the range. Deleted endpoints stay; `notify-url` is the notifyUrl.' }),
      }),
    },
  }),
  problems: [
    'invalid_value',
    'invalid_date',
    'invalid_range',
    'in_future',
    'range_too_long',
    'unknown_merchant',
  ],
});
