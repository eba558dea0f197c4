import * as z from 'zod';
import { operation } from '../operation.ts';

export const listPublicKeys = operation({
  operationId: 'listPublicKeys',
  method: 'get',
  path: '/v1/public-keys',
  summary: 'The keys by which an initiator knows that it is this service that asks',
  function: 'query',
  scopes: [],
  merchant: 'none',
  answers: {
    200: {
      description: 'Each signs; any of them is enough.',
      schema: z.object({ publicKeys: z.array(z.string().meta({ example: 'whpk_…' })) }),
    },
  },
  problems: [],
});
