import type { Server } from 'node:http';
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createDeadLetters } from '../../../lib/adapters/queues/dead-letters.ts';
import { createDispatcher } from '../../../lib/adapters/queues/lane-dispatcher.ts';
import type { Dispatcher } from '../../../lib/core/deliver/dispatcher.ts';
import type { DeadLetters } from '../../../lib/core/runtime/queue-message.ts';
import { createAwsServer, type RestService } from '../../../lib/local/aws/aws-server.ts';
import { close, listen } from '../../../lib/local/aws/listen.ts';
import { openGuard } from '../../../lib/local/iam/guard.ts';
import { openScheduleStore } from '../../../lib/local/scheduler/schedule-store.ts';
import { schedulerService } from '../../../lib/local/scheduler/scheduler-api.ts';
import { SqsStore } from '../../../lib/local/sqs/queue-store.ts';
import { sqsService } from '../../../lib/local/sqs/sqs-api.ts';
import { openState } from '../../../lib/local/storage/state.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';

type QueueName = 'first' | 'retry' | 'check' | 'dead';

interface QueuedMessage {
  readonly body: string;
  readonly groupId: string | undefined;
  /** As the queue keeps it, not as it was asked for. */
  readonly delaySeconds: number;
  readonly reason: string | undefined;
}

/** The real dispatcher on the stand-ins for SQS and Scheduler, and what arrived there. */
export interface LanesUnderTest {
  readonly dispatcher: Dispatcher;
  readonly deadLetters: DeadLetters;
  readonly sqs: SQSClient;
  urlOf(queue: QueueName): string;
  /** The dispatcher's clock. */
  readonly time: { nowMs: number };
  /** Milliseconds that it waited. */
  readonly slept: readonly number[];
  /** Entries of each SendMessageBatch request. */
  readonly batches: readonly number[];
  /** CreateSchedule requests, refused ones too. */
  readonly scheduled: readonly CreateScheduleCommandInput[];
  /** Why schedules were refused. */
  readonly refused: readonly string[];
  /** Decides which entries of a batch the queue refuses. */
  refuses: (body: string) => boolean;
  in(queue: QueueName): readonly QueuedMessage[];
  /** Ends SQS and Scheduler. */
  breakDown(): Promise<void>;
  close(): Promise<void>;
}

const GROUP = 'tidings';
const ACCOUNT = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

/** @param scheduleGroup of the schedules; one that is not there makes Scheduler refuse */
export async function openLanes(scheduleGroup = GROUP): Promise<LanesUnderTest> {
  const dataDir = temporaryDirectory();
  const state = openState(dataDir);
  const store = new SqsStore(state);
  const rest: RestService[] = [
    schedulerService({
      store: openScheduleStore(state),
      groups: new Set([GROUP]),
      canAssume: () => true,
      onChange: () => undefined,
    }),
  ];
  let address = '';
  const server: Server = createAwsServer({
    json: [sqsService(store, () => address)],
    rest,
    guard: openGuard({ key: ACCOUNT.credentials, log: () => undefined }),
    log: () => undefined,
  });
  address = await listen(server, 0);
  for (const name of ['first', 'retry', 'check', 'dead']) store.define(name, {});
  const sqs = new SQSClient({ ...ACCOUNT, endpoint: address, maxAttempts: 1 });
  const scheduler = new SchedulerClient({ ...ACCOUNT, endpoint: address, maxAttempts: 1 });
  const urlOf = (queue: QueueName) => `${address}/000000000000/${queue}`;

  const time = { nowMs: Date.parse('2026-11-20T08:00:00.000Z') };
  const slept: number[] = [];
  const batches: number[] = [];
  const scheduled: CreateScheduleCommandInput[] = [];
  const refused: string[] = [];
  const lanes: LanesUnderTest = {
    time,
    sqs,
    urlOf,
    slept,
    batches,
    scheduled,
    refused,
    refuses: () => false,
    dispatcher: createDispatcher({
      sqs,
      queueUrls: { first: urlOf('first'), retry: urlOf('retry'), check: urlOf('check') },
      schedules: {
        scheduler,
        scheduleGroup,
        schedulerRoleArn: 'arn:aws:iam::000000000000:role/scheduler',
        schedulerDeadLetterArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
      },
      clock: { now: () => time.nowMs },
      timer: { sleep: async (ms) => void slept.push(ms) },
      onRefused: (reason) => refused.push(reason),
    }),
    deadLetters: createDeadLetters({ sqs, queueUrl: urlOf('dead') }),
    in: (queue) =>
      store.list(queue).map(({ body, groupId, visibleAt, sentAt, attributes }) => ({
        body,
        groupId,
        delaySeconds: (visibleAt - sentAt) / 1000,
        reason: attributes.reason?.StringValue,
      })),
    async breakDown() {
      store.stop();
      if (server.listening) await close(server);
    },
    async close() {
      await lanes.breakDown();
      sqs.destroy();
      scheduler.destroy();
      state.close();
      removeDirectory(dataDir);
    },
  };
  refuseEntries(sqs, { batches, refuses: (body) => lanes.refuses(body) });
  scheduler.middlewareStack.add(
    (next, context) => (args) => {
      if (context.commandName === CreateScheduleCommand.name) scheduled.push(args.input as never);
      return next(args);
    },
    { step: 'initialize' },
  );
  return lanes;
}

/** Answers for some entries as SQS does for those that it could not take; the others go out. */
function refuseEntries(
  sqs: SQSClient,
  options: { readonly batches: number[]; readonly refuses: (body: string) => boolean },
): void {
  sqs.middlewareStack.add(
    (next, context) => async (args) => {
      if (context.commandName !== SendMessageBatchCommand.name) return next(args);
      const { Entries = [] } = args.input as { Entries?: { Id: string; MessageBody: string }[] };
      options.batches.push(Entries.length);
      const bad = Entries.filter(({ MessageBody }) => options.refuses(MessageBody));
      if (bad.length === 0) return next(args);
      const good = Entries.filter((entry) => !bad.includes(entry));
      const Failed = bad.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false }));
      if (good.length === 0) return { output: { $metadata: {}, Failed } as never, response: {} };
      const result = await next({ ...args, input: { ...args.input, Entries: good } as never });
      return { ...result, output: { ...result.output, Failed } };
    },
    { step: 'initialize' },
  );
}
