import { CfnStage, HttpApi, type HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Operation } from '../../api/contract/operation.ts';
import { operations } from '../../api/contract/operations.ts';
import { accept } from '../accepted-findings.ts';
import type { Part } from '../lambda/service-function.ts';
import { logAccess } from './access-log.ts';

/** A function that serves operations of the contract. */
type ApiFunctionName = Operation['function'];

/**
 * The operation that contains each function's integration in the construct tree. The path decides the logical id.
 * This table pins it, so that reordering the contract does not change the template.
 */
const INTEGRATION_UNDER: Readonly<Record<ApiFunctionName, string>> = {
  record: 'recordTransaction',
  query: 'readTransactionBack',
  admin: 'createMerchant',
  operate: 'whoAmI',
  'test-request': 'testEndpoint',
  document: 'readOpenApi',
};

/** Creates the HTTP API. Each operation of the contract gets a route to the function that it names. */
export function createHttpApi(part: Part, functions: Readonly<Record<ApiFunctionName, IFunction>>): HttpApi {
  const { scope, settings } = part;
  const api = new HttpApi(scope, 'Api', {
    description: 'Records outcomes, answers queries, manages merchants.',
    // A request without a matching route gets a problem from our app, like every other error.
    defaultIntegration: new HttpLambdaIntegration('DefaultIntegration', functions.admin),
  });
  for (const name of Object.keys(INTEGRATION_UNDER) as ApiFunctionName[]) {
    const integration = new HttpLambdaIntegration(`${name}Integration`, functions[name]);
    for (const { method, path } of operationsOf(name)) {
      api.addRoutes({ path, methods: [method.toUpperCase() as HttpMethod], integration });
    }
  }
  const stage = api.defaultStage?.node.defaultChild;
  if (stage instanceof CfnStage) {
    stage.defaultRouteSettings = {
      throttlingRateLimit: settings.throttle.rateLimit,
      throttlingBurstLimit: settings.throttle.burstLimit,
    };
    if (settings.accessLog) logAccess(part, stage);
    else acceptNoAccessLog(api);
  }
  accept(api, {
    'AwsSolutions-APIG4': 'The functions authenticate each request by its own key, and check its scope.',
  });
  return api;
}

function acceptNoAccessLog(api: HttpApi): void {
  const reason = 'Each function logs its requests. In production the API logs them too.';
  accept(api, { 'AwsSolutions-APIG1': reason, 'Serverless-APIGWAccessLogging': reason });
}

/** The operations of a function. The CDK puts the integration under the first one: the pinned operation comes first. */
function operationsOf(name: ApiFunctionName): readonly Operation[] {
  const served = operations.filter((operation) => operation.function === name);
  const first = served.find(({ operationId }) => operationId === INTEGRATION_UNDER[name]);
  if (first === undefined) throw new Error(`${INTEGRATION_UNDER[name]} is not an operation of ${name}.`);
  return [first, ...served.filter((operation) => operation !== first)];
}
