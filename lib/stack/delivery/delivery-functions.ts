import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { QUEUES } from '../../settings.ts';
import { accept } from '../accepted-findings.ts';
import {
  apiEnvironment,
  callbackEnvironment,
  dispatchEnvironment,
  scheduleEnvironment,
  statementsEnvironment,
  tableEnvironment,
} from '../lambda/function-environment.ts';
import { addSource, createFunction, everyMinutes, type Part } from '../lambda/service-function.ts';
import { countSource } from './count-source.ts';
import { relaySource } from './relay-source.ts';

const RELAY_TIMEOUT_SECONDS = 60;
const COUNT_TIMEOUT_SECONDS = 60;
/** Longer than the interval: the next sweep may start while this one is still running. */
const SWEEP_TIMEOUT_SECONDS = 300;
/** The HTTP API waits 30 s; a test request ends within 20 s. */
const TEST_REQUEST_TIMEOUT_SECONDS = 29;
/** Messages that deliver and check attempt in parallel in one invocation. */
const LANE_BATCH = 10;

/** Turns new outcomes from the table's stream into messages. */
export function createRelay(part: Part): LambdaFunction {
  const { settings, resources } = part;
  const fn = createFunction(part, {
    name: 'relay',
    timeoutSeconds: RELAY_TIMEOUT_SECONDS,
    environment: dispatchEnvironment(resources, settings),
  });
  addSource(fn, relaySource(resources.table, settings.relayParallelization));
  acceptListStreams(fn);
  return fn;
}

/** Counts attempts from the table's stream. */
export function createCount(part: Part): LambdaFunction {
  const { settings, resources } = part;
  const fn = createFunction(part, {
    name: 'count',
    timeoutSeconds: COUNT_TIMEOUT_SECONDS,
    environment: tableEnvironment(resources, settings),
  });
  addSource(fn, countSource(resources.table, settings.preset));
  acceptListStreams(fn);
  return fn;
}

function acceptListStreams(fn: LambdaFunction): void {
  accept(fn, {
    'AwsSolutions-IAM5[Resource::*]':
      'dynamodb:ListStreams knows no resource. Lambda needs it to read a stream.',
  });
}

/** Attempts notifications from two lanes. Each lane has its own concurrency. */
export function createDeliver(part: Part): LambdaFunction {
  const { settings, resources } = part;
  const { lanes, sealKey } = resources;
  const fn = createFunction(part, {
    name: 'deliver',
    timeoutSeconds: QUEUES.lane.timeoutSeconds,
    isLooping: true,
    isCallingOut: true,
    environment: {
      ...dispatchEnvironment(resources, settings),
      ...scheduleEnvironment(resources),
      TIDINGS_RETRY_QUEUE_ARN: lanes.retry.queueArn,
      TIDINGS_SEAL_KEY_ID: sealKey.keyArn,
      ...callbackEnvironment(resources, settings),
    },
  });
  addSource(fn, laneSource(lanes.first, settings.concurrency.first));
  addSource(fn, laneSource(lanes.retry, settings.concurrency.retry));
  return fn;
}

/** Asks initiators. It has its own lane and function, so that a slow initiator cannot delay callbacks. */
export function createCheck(part: Part): LambdaFunction {
  const { settings, resources } = part;
  const fn = createFunction(part, {
    name: 'check',
    timeoutSeconds: QUEUES.lane.timeoutSeconds,
    isLooping: true,
    isCallingOut: true,
    environment: {
      ...dispatchEnvironment(resources, settings),
      ...scheduleEnvironment(resources),
      TIDINGS_SIGNING_SECRET_ID: resources.signingSecret.secretArn,
      TIDINGS_CHECK_HORIZON_SECONDS: String(settings.checkHorizonSeconds),
      ...callbackEnvironment(resources, settings),
    },
  });
  addSource(fn, laneSource(resources.lanes.check, settings.concurrency.check));
  return fn;
}

/** Sends test requests. It waits for receivers, so it has its own function and does not occupy other containers. */
export function createTestRequest(part: Part): LambdaFunction {
  return createFunction(part, {
    name: 'test-request',
    timeoutSeconds: TEST_REQUEST_TIMEOUT_SECONDS,
    isCallingOut: true,
    environment: apiEnvironment(part.resources, part.settings),
  });
}

/** Sends again what should already have been attempted, and runs jobs. Runs every minute. */
export function createSweep(part: Part): LambdaFunction {
  const fn = createFunction(part, {
    name: 'sweep',
    timeoutSeconds: SWEEP_TIMEOUT_SECONDS,
    environment: {
      ...dispatchEnvironment(part.resources, part.settings),
      ...statementsEnvironment(part.resources),
    },
  });
  everyMinutes(part.scope, fn, { minutes: 1 });
  return fn;
}

/** Only failed messages of a batch return to the queue. */
function laneSource(queue: IQueue, maxConcurrency: number): SqsEventSource {
  return new SqsEventSource(queue, { batchSize: LANE_BATCH, maxConcurrency, reportBatchItemFailures: true });
}
