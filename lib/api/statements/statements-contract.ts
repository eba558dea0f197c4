import * as z from 'zod';
import { dateSchema } from '../../core/time-zone.ts';
import { operation } from '../operation.ts';

export const askStatement = operation({
  operationId: 'askStatement',
  method: 'get',
  path: '/v1/statements/{date}',
  summary: 'The statement of a day, as a file with control totals',
  function: 'query',
  scopes: ['receiver', 'merchant'],
  merchant: 'key',
  params: z.strictObject({ date: dateSchema }),
  answers: {
    200: {
      description:
        'Where the file is. CSV (RFC 4180): lines that begin with # say what it is of and give the control totals, then ' +
        'the names of the columns, then the rows in the order of the feed. Signed.',
      schema: z.object({
        date: z.iso.date(),
        timeZone: z.string().meta({ description: 'The zone in which the day was counted.' }),
        from: z.iso.datetime().meta({ description: 'Inclusive, by listedAt; where the day before ended.' }),
        to: z.iso.datetime().meta({ description: 'Exclusive.' }),
        revision: z.int().meta({
          description: 'The sum of its windows’ revisions; where it is raised, the file is another.',
        }),
        rows: z.int(),
        bytes: z.int(),
        sha256: z.string().meta({ description: 'Of the whole file, 64 hex digits.' }),
        url: z.url().meta({ description: 'Where the file can be fetched, by whoever has this link.' }),
        expiresAt: z.iso.datetime().meta({ description: 'The end of the link; ask again for another.' }),
      }),
    },
  },
  problems: ['invalid_date', 'unknown_statement', 'beyond_retention', 'statement_not_ready'],
});
