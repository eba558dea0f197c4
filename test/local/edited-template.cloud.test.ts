import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { comesBackSoon, resourceOf, useLocalCloud } from './fixture/harness.ts';

const fixture = await useLocalCloud();
type Template = Parameters<NonNullable<Parameters<typeof fixture.assembly>[0]>>[0];

/** Puts things by the API, several at once, so that they arrive together. */
async function put(apiUrl: string, ids: readonly string[], body: object): Promise<void> {
  const responses = await Promise.all(
    ids.map((id) => fetch(`${apiUrl}/things/${id}`, { method: 'PUT', body: JSON.stringify(body) })),
  );
  expect(responses.map(({ status }) => status)).toEqual(ids.map(() => 201));
}

describe('an edited template changes what runs', () => {
  it('batch size and batching window', async () => {
    const assemblyDir = fixture.assembly((template) => {
      const { properties } = mapping(template, 'Work');
      properties.BatchSize = 3;
      properties.MaximumBatchingWindowInSeconds = 300;
      properties.ScalingConfig = { MaximumConcurrency: 2 };
      // The stream's records arrive as they come; the queue's window gathers them.
      resourceOf(template, 'AWS::Lambda::Function', 'Work').properties.ReservedConcurrentExecutions = 1;
    });
    const { cloud, result } = await fixture.start({ assemblyDir });
    await put(cloud.apiUrl, ['a', 'b', 'c'], {});
    for (const id of ['a', 'b', 'c']) {
      await eventually(
        () => result(id),
        (seen) => expect(seen).toMatchObject({ runs: 1, batchSize: 3 }),
      );
    }
  });

  it('a filter', async () => {
    const assemblyDir = fixture.assembly((template) => {
      mapping(template, 'Relay').properties.FilterCriteria = {
        Filters: [{ Pattern: '{"dynamodb":{"NewImage":{"group":{"S":["chosen"]}}}}' }],
      };
    });
    const { cloud, result } = await fixture.start({ assemblyDir });
    await put(cloud.apiUrl, ['left'], { group: 'other' });
    await put(cloud.apiUrl, ['taken'], { group: 'chosen' });
    await eventually(
      () => result('taken'),
      (seen) => expect(seen).toMatchObject({ runs: 1 }),
    );
    // The stream is in order: the records before the received one were skipped.
    expect(await result('left')).toBeUndefined();
  });

  it('a filter of a queue, whose other messages are thrown away', async () => {
    const assemblyDir = fixture.assembly((template) => {
      mapping(template, 'Work').properties.FilterCriteria = {
        Filters: [{ Pattern: '{"body":{"amount":[{"numeric":[">",5]}]}}' }],
      };
    });
    const { cloud, result, sqs } = await fixture.start({ assemblyDir });
    await put(cloud.apiUrl, ['small'], { amount: 5 });
    await put(cloud.apiUrl, ['large'], { amount: 6 });
    await eventually(
      () => result('large'),
      (seen) => expect(seen).toMatchObject({ runs: 1 }),
    );
    await eventually(
      () => fixture.counts(sqs, cloud, 'Work'),
      (seen) => expect(seen).toEqual({ ready: 0, inFlight: 0 }),
    );
    expect(await result('small')).toBeUndefined();
  });

  it('the redrive count', async () => {
    // Side by side: each waits until messages are visible again.
    await Promise.all([1, 3].map(givesUpAfter));
  });

  async function givesUpAfter(maxReceiveCount: number): Promise<void> {
    const assemblyDir = fixture.assembly((template) => {
      comesBackSoon(template);
      const { properties } = resourceOf(template, 'AWS::SQS::Queue', 'Work');
      (properties.RedrivePolicy as Record<string, unknown>).maxReceiveCount = maxReceiveCount;
    });
    const { cloud, result, sqs } = await fixture.start({ assemblyDir });
    await put(cloud.apiUrl, ['doomed'], { fail: true });
    await eventually(
      () => fixture.counts(sqs, cloud, 'DeadLetters'),
      (seen) => expect(seen).toEqual({ ready: 1, inFlight: 0 }),
    );
    expect(await result('doomed')).toMatchObject({ runs: maxReceiveCount });
  }

  it('a disabled mapping', async () => {
    const assemblyDir = fixture.assembly((template) => {
      mapping(template, 'Work').properties.Enabled = false;
    });
    const { cloud, result, sqs } = await fixture.start({ assemblyDir });
    await put(cloud.apiUrl, ['waits'], {});
    await eventually(
      () => fixture.counts(sqs, cloud, 'Work'),
      (seen) => expect(seen).toEqual({ ready: 1, inFlight: 0 }),
    );
    expect(await result('waits')).toBeUndefined();
  });

  it('a route', async () => {
    const assemblyDir = fixture.assembly((template) => {
      const route = Object.values(template.Resources).find(
        ({ Type, Properties }) =>
          Type === 'AWS::ApiGatewayV2::Route' && Properties?.RouteKey === 'ANY /echo/{proxy+}',
      );
      if (route?.Properties !== undefined) route.Properties.RouteKey = 'GET /renamed/{name}';
    });
    const { cloud } = await fixture.start({ assemblyDir });
    expect((await fetch(`${cloud.apiUrl}/echo/x`)).status).toBe(404);
    const renamed = await fetch(`${cloud.apiUrl}/renamed/x`);
    expect(await renamed.json()).toMatchObject({
      routeKey: 'GET /renamed/{name}',
      pathParameters: { name: 'x' },
    });
    expect((await fetch(`${cloud.apiUrl}/renamed/x`, { method: 'POST' })).status).toBe(404);
  });

  it('a delay of the queue', async () => {
    const assemblyDir = fixture.assembly((template) => {
      resourceOf(template, 'AWS::SQS::Queue', 'Work').properties.DelaySeconds = 900;
    });
    const { cloud, sqs } = await fixture.start({ assemblyDir });
    const QueueUrl = cloud.resources.find('Work', 'AWS::SQS::Queue').url;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'later' }));
    expect(await fixture.counts(sqs, cloud, 'Work')).toEqual({ ready: 0, inFlight: 0 });
  });

  it('queues and redrive policies of a data directory that was made with another template', async () => {
    const dataDir = fixture.newDataDir();
    const first = await fixture.start({ dataDir });
    await first.cloud.stop();
    const assemblyDir = fixture.assembly((template) => {
      const { properties } = resourceOf(template, 'AWS::SQS::Queue', 'Work');
      delete properties.RedrivePolicy;
      properties.VisibilityTimeout = 77;
    });
    const { cloud, sqs } = await fixture.start({ dataDir, assemblyDir });
    const attributes = await fixture.attributes(sqs, cloud, 'Work');
    expect(attributes).toMatchObject({ VisibilityTimeout: '77', RedrivePolicy: '' });
  });

  it('but not the keys of a table that has data: that is an error', async () => {
    const dataDir = fixture.newDataDir();
    const first = await fixture.start({ dataDir });
    await first.cloud.stop();
    const assemblyDir = fixture.assembly((template) => {
      const { properties } = resourceOf(template, 'AWS::DynamoDB::Table');
      const indexes = properties.GlobalSecondaryIndexes as { Projection: { ProjectionType: string } }[];
      if (indexes[0] !== undefined) indexes[0].Projection.ProjectionType = 'ALL';
    });
    await expect(fixture.start({ dataDir, assemblyDir })).rejects.toMatchObject({
      code: 'data_dir_outdated',
    });
    await fixture.start({ dataDir });
  });
});

describe('what the local cloud does not know is an error that says what to do', () => {
  it.each<[string, (template: Template) => void, RegExp]>([
    [
      'a resource type',
      (template) => {
        template.Resources.Machine = { Type: 'AWS::StepFunctions::StateMachine', Properties: {} };
      },
      /Machine is of type AWS::StepFunctions::StateMachine.*Add the type to one of the lists/s,
    ],
    [
      'a property',
      (template) => {
        resourceOf(template, 'AWS::SQS::Queue', 'Work').properties.FifoQueue = true;
      },
      /Work\w+ \(AWS::SQS::Queue\).*FifoQueue/,
    ],
    [
      'a nested property',
      (template) => {
        mapping(template, 'Work').properties.ScalingConfig = { MaximumConcurrency: 2, Turbo: true };
      },
      /ScalingConfig.*Turbo/,
    ],
    [
      'a response type',
      (template) => {
        mapping(template, 'Work').properties.FunctionResponseTypes = ['ReportEverything'];
      },
      /FunctionResponseTypes\.0/,
    ],
    [
      'a filter operator',
      (template) => {
        mapping(template, 'Relay').properties.FilterCriteria = {
          Filters: [{ Pattern: '{"a":[{"cidr":"10.0.0.0/8"}]}' }],
        };
      },
      /Relay.*FilterCriteria\.a: the local cloud does not know the operator cidr/,
    ],
    [
      'an intrinsic function',
      (template) => {
        resourceOf(template, 'AWS::SQS::Queue', 'Inbox').properties.QueueName = { 'Fn::ImportValue': 'x' };
      },
      /Inbox\w+\.QueueName: the local cloud does not know Fn::ImportValue/,
    ],
    [
      'a reference',
      (template) => {
        const { properties } = resourceOf(template, 'AWS::Lambda::Function', 'Api');
        properties.Environment = {
          Variables: { A: { Ref: 'Gone' }, B: { 'Fn::GetAtt': ['Work', 'Colour'] } },
        };
      },
      /Environment: Ref to unknown Gone/,
    ],
    [
      'a schedule expression',
      (template) => {
        resourceOf(template, 'AWS::Events::Rule', 'EveryMinute').properties.ScheduleExpression =
          'cron(0 0 L * ? *)';
      },
      /EveryMinute\w+: the local cloud cannot read the schedule/,
    ],
    [
      'a runtime',
      (template) => {
        resourceOf(template, 'AWS::Lambda::Function', 'Api').properties.Runtime = 'python3.14';
      },
      /only nodejs runtimes/,
    ],
    [
      'a stage',
      (template) => {
        resourceOf(template, 'AWS::ApiGatewayV2::Stage').properties.StageName = 'prod';
      },
      /one stage, \$default/,
    ],
  ])('%s', async (_what, edit, message) => {
    await expect(fixture.start({ assemblyDir: fixture.assembly(edit) })).rejects.toMatchObject({
      code: 'unsupported_template',
      message: expect.stringMatching(message),
    });
  });

  it('all that is wrong at once', async () => {
    const assemblyDir = fixture.assembly((template) => {
      template.Resources.First = { Type: 'AWS::Batch::JobQueue', Properties: {} };
      template.Resources.Second = { Type: 'AWS::MSK::Cluster', Properties: {} };
    });
    await expect(fixture.start({ assemblyDir })).rejects.toThrow(/First is.*Second is/s);
  });

  it('but a resource whose condition is false is not there', async () => {
    const assemblyDir = fixture.assembly((template) => {
      const conditions = { Never: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'mars-1'] } };
      Object.assign(template, { Conditions: conditions });
      template.Resources.First = { Type: 'AWS::Batch::JobQueue', Properties: {}, Condition: 'Never' };
    });
    await fixture.start({ assemblyDir });
  });

  it('an assembly that is not there', async () => {
    await expect(fixture.start({ assemblyDir: '/nowhere/at/all' })).rejects.toThrow(
      /Run `npm run synth` first/,
    );
  });
});

function mapping(template: Template, functionPrefix: string) {
  return resourceOf(template, 'AWS::Lambda::EventSourceMapping', functionPrefix);
}
