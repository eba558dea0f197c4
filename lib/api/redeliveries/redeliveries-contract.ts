import * as z from 'zod';
import { MAX_OUTCOMES } from '../../core/deliver/redelivery/count-listed.ts';
import { NOT_SENT_REASONS } from '../../core/deliver/redelivery/redelivery-job.ts';
import { MAX_PER_MINUTE } from '../../core/deliver/redelivery/step-results.ts';
import { endpointIdSchema, timeSchema } from '../../core/model.ts';
import { MAX_JOBS_PAGE } from '../../core/query/redelivery-list.ts';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import { INCLUDES, JOB_STATES, UNDELIVERED_STATES } from '../../protocol/contract-words.ts';
import { refuseTogether } from '../contract/exclusive-parameters.ts';
import { operation } from '../contract/operation.ts';
import { settling } from '../contract/operation-kinds.ts';
import { cursorSchema, limitSchema, page } from '../contract/shapes.ts';

const jobIdSchema = onFirstUse(() => z.string('invalid_id').regex(/^[A-Za-z0-9]{1,64}$/, 'invalid_id'));
/** The form of ids that the service makes. No other id may be chosen. */
const newJobIdSchema = onFirstUse(() => z.string('invalid_id').regex(/^[A-Za-z0-9]{17}$/, 'invalid_id'));

const jobSchema = onFirstUse(() =>
  z
    .object({
      jobId: z.string(),
      state: z.enum(JOB_STATES).meta({
        description:
          'cancelling: it takes no further step, and ends within about two minutes. failed: see failure; a new job may start behind position.',
      }),
      include: z.enum(INCLUDES),
      from: z.iso.datetime(),
      to: z.iso.datetime().meta({
        description: 'The end of the range. Not later than the watermark at the start, unless undelivered.',
      }),
      endpointId: z.string().exactOptional(),
      createdAt: z.iso.datetime(),
      by: z.string().exactOptional().meta({ description: 'The id of the key that started it.' }),
      endedAt: z.iso.datetime().exactOptional(),
      cancelled: z
        .object({ at: z.iso.datetime(), by: z.string() })
        .exactOptional()
        .meta({ description: 'Who asked to cancel it, and when.' }),
      failure: z.enum(['unreadable_row', 'unknown_merchant']).exactOptional(),
      progress: z.number().meta({ description: 'The share of the work that is done, 0 to 1.' }),
      position: z.iso
        .datetime()
        .exactOptional()
        .meta({ description: 'unexpected and all: outcomes listed before this time were examined.' }),
      examined: z
        .int()
        .exactOptional()
        .meta({ description: 'unexpected and all: outcomes examined so far.' }),
      total: z.int().exactOptional().meta({ description: 'all: outcomes in the range.' }),
      found: z.int().meta({ description: 'Notifications found so far: sent, not sent, or about to be.' }),
      sent: z.int().meta({
        description: 'Notifications sent again since the job began, by the job or by other requests.',
      }),
      notSent: z
        .array(
          z.object({
            reason: z.enum(NOT_SENT_REASONS),
            count: z.int(),
            examples: z.array(z.string()).meta({ description: 'Ids of the first few.' }),
          }),
        )
        .meta({ description: 'Why notifications were not sent. In the end found = sent + these counts.' }),
    })
    .meta({ id: 'Redelivery' }),
);

export const redeliverRange = operation({
  operationId: 'redeliverRange',
  method: 'post',
  path: '/v1/redeliveries',
  summary: `Start a job that sends a range again, at most ${MAX_PER_MINUTE} notifications a minute`,
  ...settling,
  // `all` counts its outcomes before it starts.
  isLarge: (_query, { include }) => include === 'all',
  body: () =>
    z
      .strictObject({
        from: timeSchema().meta({ description: 'Inclusive, by listedAt.' }),
        to: timeSchema().meta({ description: 'Exclusive, by listedAt.' }),
        include: z
          .enum(INCLUDES, 'invalid_value')
          .exactOptional()
          .meta({
            description:
              'undelivered (default): what was not delivered. unexpected: what an endpoint did not get because it was disabled, ' +
              'did not exist or did not ask for the type, and would get now. all: both, and once more what was delivered, of at ' +
              `most ${MAX_OUTCOMES} outcomes.`,
          }),
        states: z
          .array(z.enum(UNDELIVERED_STATES, 'invalid_value'), 'invalid_type')
          .min(1, 'invalid_value')
          .max(UNDELIVERED_STATES.length, 'too_long')
          .exactOptional()
          .meta({ description: 'undelivered only. Default: exhausted and blocked.' }),
        endpointId: endpointIdSchema()
          .exactOptional()
          .meta({
            description:
              'Only to this endpoint, or `notify-url`: to the URLs of the transactions themselves. One that was deleted is known for ' +
              'two days more; the job then counts what it cannot send.',
          }),
        confirm: z
          .strictObject({
            jobId: newJobIdSchema(),
            count: z.int('invalid_value').min(0, 'invalid_value'),
            to: timeSchema(),
          })
          .exactOptional()
          .meta({
            description:
              'all only: as the problem confirmation_required gives it. Without it nothing starts. Repeating the request returns the same job.',
          }),
      })
      .refine(({ from, to }) => from < to, { path: ['to'], error: 'invalid_range' })
      .superRefine((body, context) => {
        const { include = 'undelivered', states, confirm } = body;
        if (states !== undefined && include !== 'undelivered') {
          const fits = 'Use states only with include undelivered.';
          refuseTogether(context, { given: body, names: ['states', 'include'], fits });
        }
        if (confirm !== undefined && include !== 'all') {
          const fits = 'Use confirm only with include all.';
          refuseTogether(context, { given: body, names: ['confirm', 'include'], fits });
        }
      }),
  answers: () => ({ 202: { description: 'The job.', schema: jobSchema() } }),
  problems: [
    'invalid_range',
    'exclusive_parameters',
    'beyond_retention',
    'in_future',
    'range_too_large',
    'confirmation_required',
    'too_many_jobs',
    'unknown_endpoint',
  ],
});

export const listRedeliveries = operation({
  operationId: 'listRedeliveries',
  method: 'get',
  path: '/v1/redeliveries',
  summary: 'List redelivery jobs, newest first',
  ...settling,
  query: () => z.strictObject({ cursor: cursorSchema(), limit: limitSchema(MAX_JOBS_PAGE) }),
  answers: () => ({
    200: {
      description: 'A page. It may be short even if hasMore is true.',
      schema: page(jobSchema()),
    },
  }),
  problems: ['invalid_cursor'],
});

export const readRedelivery = operation({
  operationId: 'readRedelivery',
  method: 'get',
  path: '/v1/redeliveries/{jobId}',
  summary: 'Read the progress of a redelivery job',
  ...settling,
  params: () => z.strictObject({ jobId: jobIdSchema() }),
  answers: () => ({ 200: { description: 'The job.', schema: jobSchema() } }),
  problems: ['unknown_job'],
});

export const cancelRedelivery = operation({
  operationId: 'cancelRedelivery',
  method: 'post',
  path: '/v1/redeliveries/{jobId}/cancel',
  summary: 'Cancel a redelivery job; what it sent stays sent',
  ...settling,
  params: () => z.strictObject({ jobId: jobIdSchema() }),
  answers: () => ({
    200: { description: 'The job. One that had ended is unchanged.', schema: jobSchema() },
  }),
  problems: ['unknown_job'],
});
