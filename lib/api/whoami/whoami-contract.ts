import * as z from 'zod';
import { SCOPES } from '../../protocol/contract-words.ts';
import { operation } from '../contract/operation.ts';

/** Served by `operate`: admin has no room for another route in its resource policy. */
export const whoAmI = operation({
  operationId: 'whoAmI',
  method: 'get',
  path: '/v1/whoami',
  summary: 'Tell whose key this is, and the settings of the service that clients need',
  function: 'operate',
  scopes: ['admin', 'initiator', 'merchant', 'receiver'],
  merchant: 'any',
  freshKey: true,
  answers: () => ({
    200: {
      description: 'The key, as it is stored now. Signed for keys of receivers and merchants.',
      schema: z.object({
        keyId: z.string().meta({ description: '`root` for the root key.' }),
        scope: z.enum(SCOPES),
        merchantId: z.string().exactOptional().meta({ description: 'Absent: a key for all merchants.' }),
        expiresAt: z.iso.datetime().exactOptional().meta({ description: 'Absent: it does not expire.' }),
        service: z.object({
          version: z.string(),
          windowSeconds: z.int().meta({
            description: 'The length of windows in force. It stays as the first window was closed.',
          }),
          feedLagSeconds: z.int().meta({ description: 'How far the feed stays behind.' }),
          auditAfterSeconds: z
            .int()
            .meta({ description: 'Windows are audited this long after the feed shows their end.' }),
          retentionDays: z.int().meta({ description: 'How far back answers reach.' }),
        }),
      }),
    },
  }),
  problems: ['unknown_parameter'],
});
