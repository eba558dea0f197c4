import * as z from 'zod';
import { operation } from '../contract/operation.ts';

export const listPublicKeys = operation({
  operationId: 'listPublicKeys',
  method: 'get',
  path: '/v1/public-keys',
  summary: 'List the public keys with which initiators verify check-backs',
  function: 'query',
  scopes: [],
  merchant: 'none',
  answers: () => ({
    200: {
      description: 'Every check-back is signed with all of these keys; verify one signature.',
      schema: z.object({ publicKeys: z.array(z.string().meta({ example: 'whpk_…' })) }),
    },
  }),
  problems: [],
});
