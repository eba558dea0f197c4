import * as z from 'zod';
import { dateSchema } from '../../core/time-zone.ts';
import { operation } from '../contract/operation.ts';
import { asking } from '../contract/operation-kinds.ts';

export const askStatement = operation({
  operationId: 'askStatement',
  method: 'get',
  path: '/v1/statements/{date}',
  summary: 'The statement of a day, as a file with control totals',
  ...asking,
  params: () => z.strictObject({ date: dateSchema() }),
  answers: () => ({
    200: {
      description:
        'A link to the file. It is CSV (RFC 4180): lines that start with # hold the head and the control totals, then come ' +
        'the column names, then the rows in the order of the feed. Signed.',
      schema: z.object({
        date: z.iso.date(),
        timeZone: z.string().meta({ description: 'The time zone of the day.' }),
        from: z.iso
          .datetime()
          .meta({ description: 'Inclusive, by listedAt; the end of the previous statement.' }),
        to: z.iso.datetime().meta({ description: 'Exclusive.' }),
        revision: z.int().meta({
          description: 'The sum of its windows’ revisions. A higher revision means a new file.',
        }),
        rows: z.int(),
        bytes: z.int(),
        sha256: z.string().meta({ description: 'SHA-256 of the whole file, 64 hex digits.' }),
        url: z.url().meta({ description: 'Link to the file; it needs no key.' }),
        expiresAt: z.iso.datetime().meta({ description: 'When the link expires; ask again for a new one.' }),
      }),
    },
  }),
  problems: ['invalid_date', 'unknown_statement', 'beyond_retention', 'statement_not_ready'],
});
