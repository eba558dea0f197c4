import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { RECEIVES_OF_UNKNOWN } from '../../lib/core/runtime/queue-message.ts';
import { QUEUES } from '../../lib/settings.ts';
import { functionId, resourcesOf, template } from './synthesized-template.ts';

describe('the way of the messages', () => {
  it('begins at the stream: new outcomes only, tried for as long as it takes', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: functionId('Relay') },
      BatchSize: 100,
      ParallelizationFactor: 1,
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: Match.absent(),
      MaximumRecordAgeInSeconds: Match.absent(),
      FilterCriteria: {
        Filters: [{ Pattern: '{"eventName":["INSERT"],"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"V#"}]}}}}' }],
      },
    });
  });

  it('goes on in two lanes, each with its own concurrency, where one failed message comes back alone', () => {
    const lanes = resourcesOf('AWS::Lambda::EventSourceMapping')
      .map(([, properties]) => properties)
      .filter(({ FunctionName }) => JSON.stringify(FunctionName).includes(functionId('Deliver')));
    expect(
      lanes.map(({ ScalingConfig, BatchSize, FunctionResponseTypes }) => [
        ScalingConfig,
        BatchSize,
        FunctionResponseTypes,
      ]),
    ).toEqual([
      [{ MaximumConcurrency: 50 }, 10, ['ReportBatchItemFailures']],
      [{ MaximumConcurrency: 20 }, 10, ['ReportBatchItemFailures']],
    ]);
  });

  it('has a lane and a function of its own for asking initiators', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: functionId('Check') },
      ScalingConfig: { MaximumConcurrency: 10 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('gives a delivery six times its time-out before its message is seen again', () => {
    const [, deliver] =
      resourcesOf('AWS::Lambda::Function').find(([id]) => id === functionId('Deliver')) ?? [];
    for (const [id, queue] of resourcesOf('AWS::SQS::Queue')) {
      if (id.includes('DeadLetters') || id.includes('Intake')) continue;
      expect(queue.VisibilityTimeout).toBe(6 * Number(deliver?.Timeout));
      // After this many, the function itself makes it a dead letter, with the reason.
      expect(queue.RedrivePolicy).toMatchObject({ maxReceiveCount: RECEIVES_OF_UNKNOWN + 1 });
      expect(queue.VisibilityTimeout).toBe(QUEUES.lane.visibilitySeconds);
    }
  });

  it('takes outcomes from events of this account into the intake queue', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { 'detail-type': ['Transaction Outcome'], account: [{ Ref: 'AWS::AccountId' }] },
    });
    const [, queue] = resourcesOf('AWS::SQS::Queue').find(([id]) => /^TidingsIntakeQueue/.test(id)) ?? [];
    expect(queue).toMatchObject({
      VisibilityTimeout: QUEUES.intake.visibilitySeconds,
      RedrivePolicy: { maxReceiveCount: 100 },
    });
  });

  it('lets Scheduler put messages into the retry lane for this group of this account only', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: Match.objectLike({
        Statement: [
          Match.objectLike({
            Principal: { Service: 'scheduler.amazonaws.com' },
            Condition: {
              StringEquals: Match.objectLike({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } }),
            },
          }),
        ],
      }),
    });
  });
});
