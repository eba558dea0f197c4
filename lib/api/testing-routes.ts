import { testEndpoint } from '../core/test-request.ts';
import { attemptOf, snippetOf } from '../core/transitions.ts';
import { type Route, route } from './app.ts';
import * as contract from './contract/testing.ts';
import { answer, problem } from './operation.ts';

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
