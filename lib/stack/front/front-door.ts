import { Fn } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { FunctionUrlAuthType, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { createTestRequest } from '../delivery/delivery-functions.ts';
import {
  apiEnvironment,
  laneEnvironment,
  operateEnvironment,
  queryEnvironment,
} from '../lambda/function-environment.ts';
import { createFunction, type Part } from '../lambda/service-function.ts';
import type { FrontDoor } from '../service-parts.ts';
import { createAdmin, createDocument, createOperate, createQuery } from './api-functions.ts';
import { connectConsole, createConsole, createConsoleBehind } from './console-function.ts';
import { addConsoleRoutes } from './console-routes.ts';
import { createApiDomain } from './custom-domain.ts';
import { createHttpApi } from './http-api.ts';
import { createDistribution } from './web-acl.ts';

/** A test request ends within 20 s, and every other request sooner. */
const FRONT_TIMEOUT_SECONDS = 29;

/** Creates the front door that the settings name. `record` has its queue besides, so both doors have it. */
export function createFrontDoor(part: Part, record: LambdaFunction): FrontDoor {
  return part.settings.frontDoor === 'http-api' ? openHttpApi(part, record) : openFunctionUrl(part);
}

function openHttpApi(part: Part, record: LambdaFunction): FrontDoor {
  const functions = {
    query: createQuery(part),
    admin: createAdmin(part),
    operate: createOperate(part),
    'test-request': createTestRequest(part),
    document: createDocument(part),
  };
  const consoleFn = createConsole(part, { record, ...functions });
  const api = createHttpApi(part, { record, ...functions });
  addConsoleRoutes(api, consoleFn);
  const address = addressOf(part, api);
  // Requests that came through CloudFront name the API's own host.
  if (part.resources.originSecret !== undefined) {
    for (const fn of [functions.operate, consoleFn]) fn.addEnvironment('TIDINGS_PUBLIC_URL', address.url);
  }
  return {
    ...address,
    functions: { ...functions, console: consoleFn },
    metricServerError: (options) => api.metricServerError(options),
    metricCount: (options) => api.metricCount(options),
    metricLatency: (options) => api.metricLatency(options),
  };
}

/** The address is that of CloudFront if there is a web ACL, of a custom domain, or of the API itself. */
function addressOf(part: Part, api: HttpApi): Pick<FrontDoor, 'url' | 'domainTarget'> {
  const { settings, resources } = part;
  if (resources.originSecret !== undefined) {
    const distribution = createDistribution(part, api.apiEndpoint, resources.originSecret);
    const target = distribution.distributionDomainName;
    return settings.domainName === undefined
      ? { url: `https://${target}` }
      : { url: `https://${settings.domainName}`, domainTarget: target };
  }
  const domain = createApiDomain(part, api);
  return { url: domain?.url ?? api.apiEndpoint, domainTarget: domain?.target };
}

/**
 * One function that serves every route, behind a function URL. It is for clouds without an HTTP API: its role holds what
 * all functions of the API may do, and nothing limits the rate of requests. The API checks its own keys, so the URL asks
 * for no signature.
 */
function openFunctionUrl(part: Part): FrontDoor {
  const { settings, resources } = part;
  const front = createFunction(part, {
    name: 'front',
    timeoutSeconds: FRONT_TIMEOUT_SECONDS,
    environment: {
      ...apiEnvironment(resources, settings),
      ...laneEnvironment(resources),
      ...queryEnvironment(resources),
      ...operateEnvironment(resources, settings),
      TIDINGS_CHECK_HORIZON_SECONDS: String(settings.checkHorizonSeconds),
    },
  });
  const consoleFn = createConsoleBehind(part);
  connectConsole(part, consoleFn, front);
  // Adds both permissions that a URL needs: lambda:InvokeFunctionUrl and lambda:InvokeFunction.
  const { url } = front.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });
  const metric = (metricName: string) => (options: MetricOptions) =>
    new Metric({
      namespace: 'AWS/Lambda',
      metricName,
      dimensionsMap: { FunctionName: front.functionName },
      ...options,
    });
  return {
    url: withoutPath(url),
    functions: { front, console: consoleFn },
    metricServerError: metric('Url5xxCount'),
    metricCount: metric('UrlRequestCount'),
    metricLatency: metric('UrlRequestLatency'),
  };
}

/** `https://host/` becomes `https://host`, as the address of an HTTP API is. */
function withoutPath(url: string): string {
  const parts = Fn.split('/', url);
  return Fn.join('//', [Fn.select(0, parts), Fn.select(2, parts)]);
}
