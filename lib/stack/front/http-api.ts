import { CfnStage, HttpApi, type HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Operation } from '../../api/operation.ts';
import { operations } from '../../api/operations.ts';

/** A function that serves operations of the contract. */
type ApiFunctionName = Operation['function'];

/**
 * The operation under which each function's integration stands in the construct tree. The path decides its logical id, so
 * the order of the contract must not.
 */
const INTEGRATION_UNDER: Readonly<Record<ApiFunctionName, string>> = {
  record: 'recordTransaction',
  query: 'readTransactionBack',
  admin: 'createMerchant',
  'test-request': 'testEndpoint',
  document: 'readOpenApi',
};

export interface Throttle {
  /** Requests a second; 2,000 unless said otherwise. */
  readonly rateLimit?: number | undefined;
  /** 4,000 unless said otherwise. */
  readonly burstLimit?: number | undefined;
}

export interface HttpApiOptions {
  readonly functions: Readonly<Record<ApiFunctionName, IFunction>>;
  readonly throttle: { readonly rateLimit: number; readonly burstLimit: number };
}

/** Creates the HTTP API with a route for each operation of the contract, to the function that the contract names. */
export function createHttpApi(scope: Construct, { functions, throttle }: HttpApiOptions): HttpApi {
  const api = new HttpApi(scope, 'Api', {
    description: 'Records outcomes, answers queries, manages merchants.',
    // A request that no route names is answered by a problem of ours, like every other mistake.
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

/** The operations of a function. The CDK puts the integration under the first, so that one leads. */
function operationsOf(name: ApiFunctionName): readonly Operation[] {
  const served = operations.filter((operation) => operation.function === name);
  const first = served.find(({ operationId }) => operationId === INTEGRATION_UNDER[name]);
  if (first === undefined) throw new Error(`${INTEGRATION_UNDER[name]} is no operation of ${name}.`);
  return [first, ...served.filter((operation) => operation !== first)];
}
