import { LocalCloudError } from '../errors.ts';
import type { Functions } from '../functions/provide-functions.ts';
import type { Stack } from '../template/stack-resources.ts';
import type { HttpApi } from './http-server.ts';
import { createThrottle } from './throttle.ts';

/**
 * Provides the template's HTTP API, or `undefined` if it has none.
 * @throws LocalCloudError `unsupported_template` for more than one API, a stage other than `$default`, or a route
 * without a target
 */
export function provideHttpApi(stack: Stack, functions: Functions): HttpApi | undefined {
  const [api, ...more] = stack.ofType('AWS::ApiGatewayV2::Api');
  if (api === undefined) return undefined;
  const [stage, ...moreStages] = stack.ofType('AWS::ApiGatewayV2::Stage');
  if (more.length > 0 || moreStages.length > 0 || stage?.properties.StageName !== '$default') {
    throw new LocalCloudError(
      'unsupported_template',
      'The local cloud serves one HTTP API with one stage, $default, on one port.',
    );
  }
  const { ThrottlingBurstLimit: burst, ThrottlingRateLimit: rate } = stage.properties.DefaultRouteSettings;
  return {
    apiId: api.physical.ref,
    stage: stage.properties.StageName,
    routes: stack.ofType('AWS::ApiGatewayV2::Route').map(({ logicalId, properties }) => ({
      routeKey: properties.RouteKey,
      target: findTarget(stack, functions, { logicalId, target: properties.Target }),
    })),
    admits: burst === undefined || rate === undefined ? () => true : createThrottle({ burst, rate }),
  };
}

interface RouteEnd {
  readonly logicalId: string;
  readonly target: string;
}

function findTarget(stack: Stack, functions: Functions, { logicalId, target }: RouteEnd) {
  const integration = stack
    .ofType('AWS::ApiGatewayV2::Integration')
    .find(({ physical }) => target === `integrations/${physical.ref}`);
  const pool = integration && functions.find(integration.properties.IntegrationUri);
  if (integration === undefined || pool === undefined) {
    throw new LocalCloudError(
      'unsupported_template',
      `${logicalId}: the route's target is not a function (${target}).`,
    );
  }
  return { pool, timeoutMs: integration.properties.TimeoutInMillis };
}
