import { describe, expect, it } from 'vitest';
import { operations } from '../../../lib/api/contract/operations.ts';
import { functionId, referenced, resourcesOf, synthesized, template } from '../synthesized-template.ts';

const routes = new Map(
  resourcesOf('AWS::ApiGatewayV2::Route').map(([, { RouteKey, Target }]) => [RouteKey as string, Target]),
);

/** Lambda quotas: "Function resource-based policy: 20 KB". */
const MAX_POLICY_BYTES = 20 * 1024;
/** Bytes of a statement without the path of its route, with names of the greatest length. */
const STATEMENT_BYTES = 460;

/** The logical id of the function behind a route. */
function servedBy(routeKey: string): string | undefined {
  const [, [, integration]] = routes.get(routeKey)['Fn::Join'];
  return referenced(synthesized.Resources[referenced(integration) ?? '']?.Properties?.IntegrationUri);
}

describe('the HTTP API', () => {
  it.each([
    ['PUT /v1/merchants/{merchantId}/transactions/{transactionId}', 'Record'],
    ['GET /v1/merchants/{merchantId}/transactions/{transactionId}', 'Query'],
    ['POST /v1/reconciliations', 'Query'],
    ['POST /v1/merchants/{merchantId}/endpoints/{endpointId}/test', 'TestRequest'],
    ['DELETE /v1/keys/{keyId}', 'Admin'],
    ['GET /v1/whoami', 'Operate'],
    ['GET /openapi.json', 'Document'],
    ['GET /docs', 'Document'],
    ['GET /console', 'Console'],
    ['ANY /console/{proxy+}', 'Console'],
    ['POST /console/log-in', 'Console'],
    ['POST /console/enter', 'Console'],
    // What no route names is answered by a problem of ours, like every other mistake.
    ['$default', 'Admin'],
  ])('sends %s to %s', (routeKey, name) => {
    expect(servedBy(routeKey)).toBe(functionId(name));
  });

  it('has a route for each operation, and nothing else but the console and the default', () => {
    const ofConsole = [...routes.keys()].filter((key) => key.includes(' /console'));
    expect(ofConsole).toHaveLength(4);
    expect(routes.size).toBe(operations.length + ofConsole.length + 1);
  });

  it('adds less to the policy of each function than Lambda accepts', () => {
    const statements = resourcesOf('AWS::Lambda::Permission').map(([, { FunctionName, SourceArn }]) => ({
      function: referenced(FunctionName),
      bytes: STATEMENT_BYTES + (SourceArn?.['Fn::Join']?.[1].at(-1).length ?? 0),
    }));
    // If this fails: `scopePermissionToRoute: false` makes one statement for all routes of a function.
    const sizes = Map.groupBy(statements, (statement) => statement.function);
    for (const [name, of] of sizes) {
      const bytes = of.reduce((sum, statement) => sum + statement.bytes, 0);
      expect({ name, isAccepted: bytes < MAX_POLICY_BYTES }).toEqual({ name, isAccepted: true });
    }
  });

  it('is throttled', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingBurstLimit: 4000, ThrottlingRateLimit: 2000 },
    });
  });
});
