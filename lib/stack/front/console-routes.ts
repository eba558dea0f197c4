import { CfnRoute, CfnStage, type HttpApi, HttpMethod, type HttpRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';

/** Attempts to log in: by key, and by portal link. */
const LOG_INS = ['/console/log-in', '/console/enter'];
/**
 * Attempts a second, of all people together. Nobody can guess a key or a link; this bounds what trying costs. A failed
 * attempt writes nothing.
 */
const LOG_IN_RATE = 10;
const LOG_IN_BURST = 50;

/** Leads everything below `/console` to its function. */
export function addConsoleRoutes(api: HttpApi, fn: IFunction): void {
  const integration = new HttpLambdaIntegration('consoleIntegration', fn);
  const add = (path: string, ...methods: HttpMethod[]) => api.addRoutes({ path, methods, integration });
  add('/console', HttpMethod.GET);
  add('/console/{proxy+}', HttpMethod.ANY);
  const logIns = LOG_INS.flatMap((path) => add(path, HttpMethod.POST));
  boundAttempts(api, logIns);
}

function boundAttempts(api: HttpApi, routes: readonly HttpRoute[]): void {
  const stage = api.defaultStage?.node.defaultChild;
  if (!(stage instanceof CfnStage)) return;
  const limit = { ThrottlingRateLimit: LOG_IN_RATE, ThrottlingBurstLimit: LOG_IN_BURST };
  stage.routeSettings = Object.fromEntries(LOG_INS.map((path) => [`POST ${path}`, limit]));
  // API Gateway refuses settings of a route that does not exist yet.
  for (const route of routes) {
    const resource = route.node.defaultChild;
    if (resource instanceof CfnRoute) stage.addResourceDependency(resource);
  }
}
