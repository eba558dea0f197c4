import * as z from 'zod';
import { ACTIONS } from '../../core/merchants/audit-log/actions.ts';
import { AUDIT_LOG_DAYS } from '../../core/merchants/audit-log/audit-trail.ts';
import { merchantIdSchema, timeSchema } from '../../core/model.ts';
import { MAX_AUDIT_PAGE } from '../../core/query/audit-log.ts';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import { operation } from '../contract/operation.ts';
import { cursorSchema, limitSchema, page } from '../contract/shapes.ts';

const entryAnswer = onFirstUse(() =>
  z
    .object({
      at: z.iso.datetime(),
      by: z
        .string()
        .meta({ description: 'The id of the key that made the request; `root` for the root key.' }),
      action: z.enum(ACTIONS),
      merchantId: z.string().exactOptional(),
      endpointId: z.string().exactOptional(),
      transactionId: z.string().exactOptional(),
      keyId: z.string().exactOptional(),
      jobId: z.string().exactOptional(),
      queue: z.string().exactOptional().meta({ description: 'The queue of dead letters that was put back.' }),
      recordId: z
        .string()
        .exactOptional()
        .meta({ description: 'The parked record that was put back. Absent: all.' }),
      scope: z.string().exactOptional().meta({ description: 'The scope of a key that was created.' }),
      status: z.string().exactOptional().meta({ description: 'How a transaction was resolved.' }),
      fields: z
        .array(z.string())
        .exactOptional()
        .meta({ description: 'The names of the settings in the request. Values are not kept.' }),
    })
    .meta({ id: 'AuditEntry' }),
);

export const listAuditLog = operation({
  operationId: 'listAuditLog',
  method: 'get',
  path: '/v1/audit-log',
  summary: 'List who changed what, sent again, put back and resolved, newest first',
  function: 'admin',
  scopes: ['admin', 'merchant'],
  merchant: 'any',
  freshKey: true,
  query: () =>
    z
      .strictObject({
        merchantId: merchantIdSchema().exactOptional().meta({
          description:
            'For admins: the merchant. Without it, the entries about keys for all merchants, and about the whole service. A merchant’s key sees its own entries.',
        }),
        from: timeSchema()
          .exactOptional()
          .meta({ description: `Inclusive. Entries are kept for ${AUDIT_LOG_DAYS} days.` }),
        to: timeSchema().exactOptional().meta({ description: 'Exclusive.' }),
        cursor: cursorSchema(),
        limit: limitSchema(MAX_AUDIT_PAGE),
      })
      .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
        path: ['to'],
        error: 'invalid_range',
      }),
  answers: () => ({ 200: { description: 'A page.', schema: page(entryAnswer()) } }),
  problems: ['unknown_merchant', 'invalid_range', 'invalid_date', 'invalid_cursor'],
});
