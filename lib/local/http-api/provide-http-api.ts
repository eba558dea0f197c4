import { LocalCloudError } from '../errors.ts';
import type { Functions } from '../functions/provide-functions.ts';
import type { PropertiesOf } from '../template/properties.ts';
import type { Stack } from '../template/stack-resources.ts';
import { readDecodedPath, readSentPath } from './event.ts';
import type { HttpApi } from './http-server.ts';
import { createThrottle } from './throttle.ts';

const API_BODY_BYTES = 10 * 1024 * 1024;
const URL_BODY_BYTES = 6 * 1024 * 1024;

/**
 * Provides the template's HTTP API or function URL, or `undefined` if it has neither.
 * @throws LocalCloudError `unsupported_template` for more than one of them, a stage other than `$default`, or a route
 * without a target
 */
export function provideHttpApi(stack: Stack, functions: Functions): HttpApi | undefined {
  const apis = stack.ofType('AWS::ApiGatewayV2::Api');
  const urls = stack.ofType('AWS::Lambda::Url');
  if (apis.length + urls.length > 1) throw oneFrontOnly();
  const [url] = urls;
  if (url !== undefined) return functionUrl(stack, functions, url.properties.TargetFunctionArn);
  const [api] = apis;
  if (api === undefined) return undefined;
  const [stage, ...moreStages] = stack.ofType('AWS::ApiGatewayV2::Stage');
  if (moreStages.length > 0 || stage?.properties.StageName !== '$default') throw oneFrontOnly();
  return {
    apiId: api.physical.ref,
    stage: stage.properties.StageName,
    maxBodyBytes: API_BODY_BYTES,
    faultStatus: 500,
    readPath: readDecodedPath,
    routes: stack.ofType('AWS::ApiGatewayV2::Route').map(({ logicalId, properties }) => ({
      routeKey: properties.RouteKey,
      target: findTarget(stack, functions, { logicalId, target: properties.Target }),
    })),
    admits: createThrottles(stage.properties),
  };
}

type StageSettings = Pick<PropertiesOf<'AWS::ApiGatewayV2::Stage'>, 'DefaultRouteSettings' | 'RouteSettings'>;

/** Routes with settings of their own have limits of their own. */
function createThrottles({ DefaultRouteSettings, RouteSettings }: StageSettings): HttpApi['admits'] {
  const throttleOf = ({
    ThrottlingBurstLimit: burst,
    ThrottlingRateLimit: rate,
  }: typeof DefaultRouteSettings) =>
    burst === undefined || rate === undefined ? () => true : createThrottle({ burst, rate });
  const others = throttleOf(DefaultRouteSettings);
  const own = new Map(Object.entries(RouteSettings).map(([key, settings]) => [key, throttleOf(settings)]));
  return (routeKey) => (own.get(routeKey ?? '') ?? others)();
}

/** Every request to a function URL goes to its function, for as long as the function may run. */
function functionUrl(stack: Stack, functions: Functions, target: string): HttpApi {
  const pool = functions.find(target);
  const resource = stack
    .ofType('AWS::Lambda::Function')
    .find(({ logicalId }) => logicalId === pool?.logicalId);
  if (pool === undefined || resource === undefined) {
    throw new LocalCloudError('unsupported_template', `The function URL leads to no function (${target}).`);
  }
  return {
    apiId: pool.logicalId.toLowerCase(),
    stage: '$default',
    maxBodyBytes: URL_BODY_BYTES,
    faultStatus: 502,
    readPath: readSentPath,
    routes: [{ routeKey: '$default', target: { pool, timeoutMs: resource.properties.Timeout * 1000 } }],
    admits: () => true,
  };
}

function oneFrontOnly(): LocalCloudError {
  return new LocalCloudError(
    'unsupported_template',
    'The local cloud serves one HTTP API with one stage, $default, or one function URL, on one port.',
  );
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
