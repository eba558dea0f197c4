import * as z from 'zod';
import { endpointIdSchema, merchantIdSchema } from '../../core/model.ts';
import { operation } from '../contract/operation.ts';
import { attemptSchema } from '../contract/shapes.ts';

/** A separate function serves this. It sends as deliver does, so a test takes the same path as a callback. */
export const testEndpoint = operation({
  operationId: 'testEndpoint',
  method: 'post',
  path: '/v1/merchants/{merchantId}/endpoints/{endpointId}/test',
  summary: 'Send one signed test callback (type tidings.test) now, and wait up to 20 s for the answer',
  function: 'test-request',
  scopes: ['admin', 'merchant'],
  merchant: 'path',
  freshKey: true,
  params: z.strictObject({ merchantId: merchantIdSchema, endpointId: endpointIdSchema }),
  answers: { 200: { description: 'The attempt, successful or not.', schema: attemptSchema } },
  problems: ['unknown_merchant', 'unknown_endpoint', 'too_many_tests'],
});
