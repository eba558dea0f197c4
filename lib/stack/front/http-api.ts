import { CfnStage, HttpApi, type HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Operation } from '../../api/contract/operation.ts';
import { operations } from '../../api/contract/operations.ts';

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
  'test-request': 'testEndpoint',
  document: 'readOpenApi',
};

export interface Throttle {
  /** Requests per second. Default: 2,000. */
  readonly rateLimit?: number | undefined;
  /** Requests in a burst. Default: 4,000. */
  readonly burstLimit?: number | undefined;
}

export interface HttpApiOptions {
  readonly functions: Readonly<Record<ApiFunctionName, IFunction>>;
  readonly throttle: { readonly rateLimit: number; readonly burstLimit: number };
}

/** Creates the HTTP API. Each operation of the contract gets a route to the function that it names. */
export function createHttpApi(scope: Construct, { functions, throttle }: HttpApiOptions): HttpApi {
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
      throttlingRateLimit: throttle.rateLimit,
      throttlingBurstLimit: throttle.burstLimit,
    };
  }
  return api;
}

/** The operations of a function. The CDK puts the integration under the first one: the pinned operation comes first. */
function operationsOf(name: ApiFunctionName): readonly Operation[] {
  const served = operations.filter((operation) => operation.function === name);
  const first = served.find(({ operationId }) => operationId === INTEGRATION_UNDER[name]);
  if (first === undefined) throw new Error(`${INTEGRATION_UNDER[name]} is not an operation of ${name}.`);
  return [first, ...served.filter((operation) => operation !== first)];
}
