import * as z from 'zod';
import { merchantIdSchema } from '../../core/model.ts';
import { BALANCE_HOURS } from '../../core/query/overview/balance.ts';
import { COUNTED, PARKED_DAYS, SHOWN } from '../../core/query/overview/overview.ts';
import { DEAD_LETTER_QUEUES } from '../../protocol/contract-words.ts';
import { operation } from '../contract/operation.ts';
import { healthSchema } from '../endpoints/endpoint-shapes.ts';
import { parkedAnswer } from '../parked/parked-contract.ts';
import { figures } from '../stats/stats-contract.ts';

const hour = () => ({
  isAudited: z.boolean().meta({ description: 'Whether all of it is audited.' }),
  expected: z.int().meta({ description: 'What the audit expects, from outcomes and settings alone.' }),
  delivered: z.int(),
  acknowledged: z.int(),
  open: z.int(),
  exhausted: z.int(),
  blocked: z.int(),
  lost: z.int().meta({
    description:
      'Notifications that the audit found missing and created. They are in the states like all others.',
  }),
  notAuditedYet: z.int().meta({ description: 'There, and in windows that the audit has yet to read.' }),
  beyond: z.int().meta({
    description:
      'There, but not expected: an endpoint was disabled or got fewer types while they were on their way.',
  }),
  missing: z.int().meta({ description: 'Expected, and not there. Should be 0 once all is quiet.' }),
});

const shortList = <T extends z.ZodType>(items: T, of: string) =>
  z
    .object({
      count: z.int(),
      hasMore: z
        .boolean()
        .meta({ description: `Whether there are more than \`count\`, which is at most ${COUNTED}.` }),
      items: z.array(items),
    })
    .meta({ description: `${of} The first ${SHOWN}.` });

export const readOverviewOperation = operation({
  operationId: 'readOverview',
  method: 'get',
  path: '/v1/overview',
  summary: `Show whether the last ${BALANCE_HOURS} hours add up, how deliveries go, and what needs attention`,
  function: 'operate',
  scopes: ['admin', 'merchant'],
  merchant: 'any',
  query: () =>
    z.strictObject({
      merchantId: merchantIdSchema().exactOptional().meta({
        description: 'For admins. Default: the whole service. A merchant’s key sees its own.',
      }),
    }),
  answers: () => ({
    200: {
      description:
        'As of about a minute ago. In `balance`, expected + notAuditedYet + beyond - missing = delivered + acknowledged + open + exhausted ' +
        '+ blocked: the audit counts the left side and the writes of notifications the right one. Signed for keys of merchants.',
      schema: z.object({
        closedThrough: z.iso
          .datetime()
          .exactOptional()
          .meta({ description: 'Every window before is closed.' }),
        auditedThrough: z.iso
          .datetime()
          .exactOptional()
          .meta({ description: 'Every window before is audited.' }),
        closedBehindSeconds: z.int().exactOptional(),
        auditedBehindSeconds: z.int().exactOptional().meta({
          description: 'Beyond the time after which windows are closed, or audited, anyway.',
        }),
        balance: z.object({
          from: z.iso.datetime(),
          to: z.iso.datetime(),
          ...hour(),
          hours: z.array(z.object({ start: z.iso.datetime(), ...hour() })).meta({
            description: 'By the hour in which outcomes were listed, oldest first; all of them.',
          }),
        }),
        stats: z.array(z.object({ start: z.iso.datetime(), ...figures() })).meta({
          description: 'Attempts by the hour in which they began, as in /v1/stats.',
        }),
        attention: z.object({
          unresolved: shortList(
            z.object({ merchantId: z.string(), transactionId: z.string() }),
            'Transactions that nobody could resolve.',
          ),
          exhausted: z.int().meta({ description: 'Of the balance.' }),
          blocked: z.int().meta({ description: 'Of the balance.' }),
          lost: z.int().meta({ description: 'Of the balance.' }),
          deadLetters: z
            .array(z.object({ queue: z.enum(DEAD_LETTER_QUEUES), count: z.int() }))
            .exactOptional()
            .meta({ description: 'Of the whole service.' }),
          parked: shortList(
            parkedAnswer(),
            `Parked in the last ${PARKED_DAYS} days. Of the whole service.`,
          ).exactOptional(),
          endpoints: shortList(
            z.object({
              endpointId: z.string(),
              url: z.string(),
              enabled: z.boolean(),
              disabledReason: z.string().exactOptional(),
              disabledAt: z.iso.datetime().exactOptional(),
              health: healthSchema(),
            }),
            'Of one merchant: endpoints that are disabled, paused, failing or slow.',
          ).exactOptional(),
        }),
      }),
    },
  }),
  problems: ['unknown_merchant'],
});
