import { testEndpoint } from '../../core/deliver/attempt/test-request.ts';
import { attemptOf, snippetOf } from '../../core/deliver/state/transitions.ts';
import { type Route, route } from '../api-app.ts';
import { answer, problem } from '../contract/operation.ts';
import * as contract from './test-contract.ts';

export function testingRoutes(ports: Parameters<typeof testEndpoint>[0]): readonly Route[] {
  return [
    route(contract.testEndpoint, async ({ params }) => {
      const result = await testEndpoint(ports, params);
      if (result.kind === 'refused') return problem(result.code);
      if (result.kind === 'too_soon') {
        return problem('too_many_tests', { headers: { 'retry-after': String(result.retryAfterSeconds) } });
      }
      const responseSnippet = snippetOf(result.made);
      return answer(200, {
        ...attemptOf(result.made, 1),
        ...(responseSnippet !== '' && { responseSnippet }),
      });
    }),
  ];
}
