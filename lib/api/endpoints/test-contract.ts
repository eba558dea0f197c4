import { operation } from '../contract/operation.ts';
import { managing } from '../contract/operation-kinds.ts';
import { attemptSchema, ofEndpoint } from '../contract/shapes.ts';

/** A separate function serves this. It sends as deliver does, so a test takes the same path as a callback. */
export const testEndpoint = operation({
  operationId: 'testEndpoint',
  method: 'post',
  path: '/v1/merchants/{merchantId}/endpoints/{endpointId}/test',
  summary: 'Send one signed test callback (type tidings.test) now, and wait up to 20 s for the answer',
  ...managing,
  function: 'test-request',
  params: ofEndpoint,
  answers: () => ({ 200: { description: 'The attempt, successful or not.', schema: attemptSchema() } }),
  problems: ['unknown_merchant', 'unknown_endpoint', 'too_many_tests'],
});
