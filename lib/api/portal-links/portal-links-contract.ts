import * as z from 'zod';
import {
  DEFAULT_LINK_SECONDS,
  MAX_LINK_SECONDS,
  MIN_LINK_SECONDS,
} from '../../core/merchants/sessions/portal-links.ts';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import { operation } from '../contract/operation.ts';
import { ofMerchant } from '../contract/shapes.ts';

const linkBody = onFirstUse(() =>
  z.strictObject({
    expiresInSeconds: z
      .int('invalid_value')
      .min(MIN_LINK_SECONDS, 'invalid_value')
      .max(MAX_LINK_SECONDS, 'invalid_value')
      .exactOptional()
      .meta({
        description: `Default: ${DEFAULT_LINK_SECONDS}. A link never outlives the key that makes it.`,
      }),
  }),
);

const linkAnswer = onFirstUse(() =>
  z.object({
    url: z.url().meta({
      description: 'Opens the console, once. The token stands after the `#`, so no server or proxy logs it.',
    }),
    expiresAt: z.iso.datetime(),
  }),
);

const answers = () => ({ 201: { description: 'Created. Shown only once.', schema: linkAnswer() } });

export const createPortalLink = operation({
  operationId: 'createPortalLink',
  method: 'post',
  path: '/v1/merchants/{merchantId}/portal-links',
  summary: "Make a link that opens one merchant's console",
  function: 'operate',
  scopes: ['admin', 'merchant'],
  merchant: 'path',
  freshKey: true,
  params: ofMerchant,
  body: linkBody,
  answers,
  problems: ['unknown_merchant'],
});

export const createOwnPortalLink = operation({
  operationId: 'createOwnPortalLink',
  method: 'post',
  path: '/v1/portal-links',
  summary: 'Make a link that opens the console with the rights of the key',
  function: 'operate',
  scopes: ['admin', 'merchant'],
  merchant: 'any',
  freshKey: true,
  body: linkBody,
  answers,
  problems: [],
});
