import * as z from 'zod';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import { integerTextSchema } from '../../core/reading/text.ts';
import { operation } from '../contract/operation.ts';
import { operating } from '../contract/operation-kinds.ts';
import { cursorSchema, limitSchema, page } from '../contract/shapes.ts';

/** Records on one page, and records that one request puts back. */
export const MAX_PARKED_PAGE = 25;
/** The days that a list looks back, including today. Each is 16 partitions. */
export const DEFAULT_PARKED_DAYS = 14;
const MAX_PARKED_DAYS = 90;

const daysSchema = onFirstUse(() =>
  integerTextSchema({ min: 1, max: MAX_PARKED_DAYS })
    .exactOptional()
    .meta({
      description:
        `UTC days to look back, including today: 1 to ${MAX_PARKED_DAYS}. Default: ${DEFAULT_PARKED_DAYS}. ` +
        '`npm run parked` looks further back.',
    }),
);

export const parkedAnswer = onFirstUse(() =>
  z
    .object({
      recordId: z.string(),
      parkedAt: z.iso.datetime(),
      reason: z.string().meta({ description: 'Why the record of the stream could not be relayed.' }),
      outcome: z
        .object({ merchantId: z.string(), transactionId: z.string(), version: z.int() })
        .exactOptional()
        .meta({ description: 'Absent: the record is not an outcome, so it cannot go back.' }),
    })
    .meta({ id: 'ParkedRecord' }),
);

const listing = { ...operating, function: 'operate' } as const;

export const listParkedRecords = operation({
  operationId: 'listParkedRecords',
  method: 'get',
  path: '/v1/parked',
  summary: 'List records that could not be relayed, with the reason, newest day first',
  ...listing,
  query: () =>
    z.strictObject({ days: daysSchema(), cursor: cursorSchema(), limit: limitSchema(MAX_PARKED_PAGE) }),
  answers: () => ({ 200: { description: 'A page.', schema: page(parkedAnswer()) } }),
  problems: ['invalid_value', 'invalid_cursor'],
});

const recordId = onFirstUse(() => z.string().regex(/^[\w-]{1,128}$/, 'invalid_id'));

const putBackAnswer = onFirstUse(() =>
  z.object({
    recordId: z.string(),
    result: z.enum(['relayed', 'left']).meta({ description: '`left`: it stays parked.' }),
    reason: z.string().exactOptional().meta({ description: 'Why it stays.' }),
  }),
);

export const putBackParkedRecord = operation({
  operationId: 'putBackParkedRecord',
  method: 'post',
  path: '/v1/parked/{recordId}/put-back',
  summary: 'Read the outcome of a parked record again and relay it',
  ...listing,
  params: () => z.strictObject({ recordId: recordId() }),
  query: () => z.strictObject({ days: daysSchema() }),
  answers: () => ({
    200: {
      description: 'The record is deleted once its messages are sent. Repeating is harmless.',
      schema: putBackAnswer(),
    },
  }),
  problems: ['invalid_value', 'unknown_record'],
});

export const putBackParkedRecords = operation({
  operationId: 'putBackParkedRecords',
  method: 'post',
  path: '/v1/parked/put-back',
  summary: 'Do this for every parked record, a page at a time',
  ...listing,
  query: () =>
    z.strictObject({ days: daysSchema(), cursor: cursorSchema(), limit: limitSchema(MAX_PARKED_PAGE) }),
  answers: () => ({
    200: {
      description: 'What became of each record of the page. Ask again with nextCursor for the next page.',
      schema: page(putBackAnswer()),
    },
  }),
  problems: ['invalid_value', 'invalid_cursor'],
});
