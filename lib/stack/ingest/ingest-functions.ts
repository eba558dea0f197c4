import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { QUEUES } from '../../settings.ts';
import { apiEnvironment } from '../lambda/function-environment.ts';
import { addSource, createFunction, type Part } from '../lambda/service-function.ts';
import { recordersText } from './intake-queue.ts';

/** Maximum messages in one batch of record. */
const INTAKE_BATCH = 10;

/** Records outcomes from requests and from the queue. */
export function createRecord(part: Part): LambdaFunction {
  const { scope, settings, resources } = part;
  const { intake } = resources;
  const fn = createFunction(part, {
    name: 'record',
    timeoutSeconds: QUEUES.intake.timeoutSeconds,
    environment: {
      ...apiEnvironment(resources, settings),
      TIDINGS_CHECK_HORIZON_SECONDS: String(settings.checkHorizonSeconds),
      TIDINGS_RECORDERS: recordersText(scope, settings.recorders),
      TIDINGS_INTAKE_QUEUE_URL: intake.queue.queueUrl,
      TIDINGS_INTAKE_DEAD_LETTER_URL: intake.dead.queueUrl,
    },
  });
  addSource(fn, new SqsEventSource(intake.queue, { batchSize: INTAKE_BATCH, reportBatchItemFailures: true }));
  return fn;
}
