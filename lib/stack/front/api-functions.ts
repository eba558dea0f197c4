import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import {
  apiEnvironment,
  laneEnvironment,
  operateEnvironment,
  queryEnvironment,
} from '../lambda/function-environment.ts';
import { createFunction, type Part } from '../lambda/service-function.ts';

const API_TIMEOUT_SECONDS = 20;

/** Answers queries: transactions, the feed, windows, reconciliations, statements. */
export function createQuery(part: Part): LambdaFunction {
  return createFunction(part, {
    name: 'query',
    timeoutSeconds: API_TIMEOUT_SECONDS,
    environment: {
      ...apiEnvironment(part.resources, part.settings),
      ...queryEnvironment(part.resources),
    },
  });
}

/** Manages merchants, endpoints and keys. Acknowledges and redelivers notifications. */
export function createAdmin(part: Part): LambdaFunction {
  return createFunction(part, {
    name: 'admin',
    timeoutSeconds: API_TIMEOUT_SECONDS,
    environment: {
      ...apiEnvironment(part.resources, part.settings),
      ...laneEnvironment(part.resources),
    },
  });
}

/** Shows operators the state of the whole service, and puts back what was set aside. */
export function createOperate(part: Part): LambdaFunction {
  return createFunction(part, {
    name: 'operate',
    timeoutSeconds: API_TIMEOUT_SECONDS,
    environment: {
      ...apiEnvironment(part.resources, part.settings),
      ...operateEnvironment(part.resources, part.settings),
    },
  });
}

/** Serves the OpenAPI document, a bundled file. It needs no grants. */
export function createDocument(part: Part): LambdaFunction {
  return createFunction(part, { name: 'document', timeoutSeconds: 5, memoryMb: 128, environment: {} });
}
