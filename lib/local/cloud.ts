import type { Server } from 'node:http';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent } from 'undici';
import { type AccessKey, openAccessKey } from './aws/access-key.ts';
import { awsClient } from './aws/aws-client.ts';
import type { JsonService, RestService } from './aws/aws-server.ts';
import { createAwsServer } from './aws/aws-server.ts';
import { close, listen, listenPreferring } from './aws/listen.ts';
import { localCall } from './aws/local-call.ts';
import { createChangeSignal } from './change-signal.ts';
import { provideDynamoDb, provideTables } from './dynamodb/provide-dynamodb.ts';
import { type ExpiryPace, startExpiry } from './dynamodb/time-to-live.ts';
import type { LocalCloudError } from './errors.ts';
import { startEventSources } from './event-sources/provide-event-sources.ts';
import { splitStream } from './event-sources/streams/split-stream.ts';
import { trimStreams } from './event-sources/streams/trim-streams.ts';
import { eventBusService } from './events/bus.ts';
import type { RuleSetting, ScheduleSeconds } from './events/rules.ts';
import { busRules, startRecurringRules } from './events/rules.ts';
import { lambdaService } from './functions/lambda-api.ts';
import type { ServiceEndpoints } from './functions/provide-functions.ts';
import { provideFunctions } from './functions/provide-functions.ts';
import { createHttpApiServer } from './http-api/http-server.ts';
import { provideHttpApi } from './http-api/provide-http-api.ts';
import { ADMINISTRATOR } from './iam/callers/caller.ts';
import { type Judgement, openGuard } from './iam/guard.ts';
import { credentialVariables, provideIam } from './iam/provide-iam.ts';
import type { Log } from './logging/log.ts';
import type { LocalResources } from './resources.ts';
import { createResources } from './resources.ts';
import { startDispatcher } from './scheduler/schedule-dispatcher.ts';
import { openScheduleStore } from './scheduler/schedule-store.ts';
import { schedulerService } from './scheduler/scheduler-api.ts';
import { type FaultChances, seededFaults } from './seeded-faults.ts';
import { provideQueues } from './sqs/provide-queues.ts';
import { SqsStore } from './sqs/queue-store.ts';
import { currentUrl, queueUrls } from './sqs/queue-urls.ts';
import { sqsService } from './sqs/sqs-api.ts';
import { kmsKeys, kmsService } from './stand-ins/kms.ts';
import { provideS3 } from './stand-ins/s3.ts';
import { openSecrets } from './stand-ins/secrets-manager.ts';
import { stopAll } from './stop-all.ts';
import type { State } from './storage/state.ts';
import { openState } from './storage/state.ts';
import { loadAssembly } from './template/assembly.ts';
import { resolveStack } from './template/stack-resources.ts';

export { LocalCloudError } from './errors.ts';
export type { LocalLogLine } from './logging/log.ts';

/** Options of `startLocalCloud`. */
export interface LocalCloudOptions {
  /** A `cdk.out` directory: manifest.json, templates, asset folders. */
  readonly assemblyDir: string;
  /** Holds everything that survives a restart: table, queues, schedules, keys, secrets, checkpoints. */
  readonly dataDir: string;
  /** Port of the HTTP API on 127.0.0.1; 0: any free port. */
  readonly port: number;
  /** Environment variables added to every function's own; they take precedence. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Interval of schedule rules in seconds, for all or by logical id. Default: the template's schedules. */
  readonly scheduleSeconds?: ScheduleSeconds;
  /** Waits before the two retries of an asynchronous invocation, in seconds. Default: Lambda's, 60 and 120. */
  readonly retryDelaysSeconds?: readonly number[];
  /**
   * Maximum number of batches of one queue that run at once. A lower maximum of the template takes precedence, and the reserved
   * concurrency of the function. Default: 50.
   */
  readonly workers?: number;
  /** Endpoint of another DynamoDB emulator. Default: the embedded one. */
  readonly dynamodbEndpoint?: string;
  /** Endpoint of another SQS. Default: the embedded one. */
  readonly sqsEndpoint?: string;
  /**
   * Whether every caller may do everything. Default: only if calls to DynamoDB go to another emulator, past us. Set it only
   * to measure what judging costs.
   */
  readonly isUnjudged?: boolean;
  /** Receives every call that was judged, with the statements that allowed or denied it. */
  readonly onJudgement?: (judgement: Judgement) => void;
  /** Shows each table's stream as split into two shards after this sequence number. Default: one shard. */
  readonly splitStreamAfter?: number;
  /** When expired items are deleted. Default: up to two days late, as on AWS. */
  readonly expiry?: ExpiryPace;
  /** Lets the services fail as they do on AWS from time to time. Default: they never do. */
  readonly faults?: FaultChances;
  /** Receives the functions' output and the cloud's events. Default: nothing is logged. */
  readonly log?: Log;
}

/** A running local cloud. */
export interface LocalCloud {
  /** `http://127.0.0.1:<port>` of the HTTP API. */
  readonly apiUrl: string;
  /** Endpoints of the AWS stand-ins, for SDK clients. */
  readonly endpoints: ServiceEndpoints;
  /** Access key with which SDK clients sign. */
  readonly credentials: AccessKey;
  /** The template's outputs, by name. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: LocalResources;
  /** Returns the value of a secret, found by logical id, the beginning of its logical id, or construct path. */
  secretValue(key: string): string;
  /**
   * Invokes a function as a test event does. It is found by logical id, the beginning of its logical id, or construct
   * path.
   */
  invoke(key: string, event: unknown): Promise<unknown>;
  /** Resolves with the reason when the cloud cannot continue. The owner should then report it and call `stop`. */
  readonly broken: Promise<LocalCloudError>;
  /** Stops accepting requests and messages, waits up to 10 s for running invocations, then closes everything. */
  stop(): Promise<void>;
}

const DEFAULT_WORKERS = 50;
const STOP_GRACE_MS = 10_000;
const EMBEDDED_WAIT_SECONDS = 20;
const FOREIGN_WAIT_SECONDS = 1;

/**
 * Runs the resources of a synthesized template on this machine.
 * @throws LocalCloudError with a message that says what to do; everything already started is stopped first
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const stops: (() => Promise<void>)[] = [];
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= stopAll(stops.toReversed());
    return stopping;
  };
  try {
    return { ...(await start(options, (last) => stops.push(last))), stop };
  } catch (error) {
    // Why it did not start says more than what could not be stopped then.
    await stop().catch(() => {});
    throw error;
  }
}

async function start(
  options: LocalCloudOptions,
  onStop: (stop: () => Promise<void>) => void,
): Promise<Omit<LocalCloud, 'stop'>> {
  const log: Log = options.log ?? (() => {});
  const assembly = loadAssembly(options.assemblyDir);
  const dataDir = resolve(options.dataDir);
  const state = openState(dataDir);
  onStop(async () => state.close());
  const connections = new Agent();
  onStop(() => connections.destroy());

  const key = openAccessKey(dataDir);
  const faults = seededFaults(options.faults);
  const store = new SqsStore(state, faults);
  const guard = openGuard({ key, log, onJudgement: options.onJudgement });
  const queueService = sqsService(store, () => awsUrl);
  const json: JsonService[] = [queueService];
  const rest: RestService[] = [];
  const awsUrl = await listenAsBefore(state, createAwsServer({ json, rest, guard, log }), onStop);
  const sqsUrl = options.sqsEndpoint ?? awsUrl;
  const httpApi = createHttpApiServer(log);
  const apiUrl = await listen(httpApi.server, options.port);
  onStop(() => close(httpApi.server));

  const stack = resolveStack(assembly, { sqs: sqsUrl.replace(/\/$/, ''), api: apiUrl });
  const isUnjudged = options.isUnjudged ?? options.dynamodbEndpoint !== undefined;
  const iam = provideIam({ stack, key, guard, isUnjudged, log });
  const isSqsOwn = options.sqsEndpoint === undefined;
  const sqs = isSqsOwn
    ? localCall(queueService, guard, ADMINISTRATOR)
    : awsClient('sqs', sqsUrl, { connections, key });
  const schedules = openScheduleStore(state);
  const secrets = openSecrets(dataDir, stack.ofType('AWS::SecretsManager::Secret'));
  const groups = new Set(stack.ofType('AWS::Scheduler::ScheduleGroup').map(({ physical }) => physical.name));
  json.push(secrets.service, kmsService(dataDir, kmsKeys(stack)));

  // Start one after the other: a failure must not leave behind a component that was still starting.
  await provideQueues(sqs, stack.ofType('AWS::SQS::Queue'));
  performance.mark('tidings:queues');
  const s3Url = await provideS3(stack, { dataDir, guard }, onStop);
  const changes = createChangeSignal();
  const dynamodb = await provideDynamoDb(
    options.dynamodbEndpoint,
    { dataDir, stack, guard, faults, isUnjudged, onWrite: changes.announce, log },
    onStop,
  );
  const table = awsClient('dynamodb', dynamodb.inner, { connections, key });
  const streamArns = await provideTables(table, stack);
  performance.mark('tidings:tables');

  const endpoints: ServiceEndpoints = {
    dynamodb: dynamodb.endpoint,
    sqs: sqsUrl,
    scheduler: awsUrl,
    kms: awsUrl,
    secretsManager: awsUrl,
    eventBridge: awsUrl,
    lambda: awsUrl,
    s3: s3Url,
  };
  const functions = provideFunctions({
    assembly,
    stack,
    endpoints,
    credentialsOf: (logicalId) => credentialVariables(iam.signerOf(logicalId)),
    environment: options.environment ?? {},
    retryDelaysSeconds: options.retryDelaysSeconds,
    log,
  });
  rest.push(lambdaService(functions.find));
  const rules: RuleSetting = {
    stack,
    functionOf: functions.findAsync,
    queueUrlOf: (arn) => queueUrls(stack).get(arn),
    sqs,
    permits: iam.permitsRule,
    scheduleSeconds: options.scheduleSeconds,
  };
  json.push(eventBusService(busRules(rules)));
  const api = provideHttpApi(stack, functions);

  const dispatcher = startDispatcher({
    store: schedules,
    sqs,
    currentQueueUrl: currentUrl(stack),
    access: iam.scheduling,
    log,
  });
  rest.push(
    schedulerService({
      store: schedules,
      groups,
      canAssume: iam.scheduling.canAssume,
      onChange: dispatcher.wake,
    }),
  );
  const running: { stop(): Promise<void> }[] = [dispatcher];
  onStop(async () => {
    // Accept no new requests or batches and end polls at once; then running invocations get the grace period.
    httpApi.server.close();
    const graceEndsAt = Date.now() + STOP_GRACE_MS;
    functions.stopRetries();
    const stopped = Promise.all(running.map((part) => part.stop()));
    store.stop();
    await Promise.race([stopped, delay(STOP_GRACE_MS, undefined, { ref: false })]);
    // End what is still running now; everything that waits for it then ends too.
    await functions.stop(Math.max(graceEndsAt - Date.now(), 0));
    await stopped;
  });
  const streams = awsClient('streams', dynamodb.inner, { connections, key });
  running.push(
    ...startEventSources({
      stack,
      functions,
      state,
      sqs,
      pollingSqs: (logicalId) =>
        isSqsOwn
          ? localCall(queueService, guard, iam.callerOf(logicalId))
          : awsClient('sqs', sqsUrl, { connections, ...iam.signerOf(logicalId) }),
      workers: options.workers ?? DEFAULT_WORKERS,
      waitSeconds: isSqsOwn ? EMBEDDED_WAIT_SECONDS : FOREIGN_WAIT_SECONDS,
      changes: isUnjudged ? undefined : changes,
      streams:
        options.splitStreamAfter === undefined
          ? streams
          : splitStream(streams, BigInt(options.splitStreamAfter)),
      streamArns,
      log,
    }),
  );
  if (dynamodb.databasePath !== undefined) {
    const trimming = trimStreams({ stack, state, streamArns, databasePath: dynamodb.databasePath, log });
    onStop(async () => trimming.stop());
  }
  running.push(startExpiry({ call: table, stack, pace: options.expiry ?? {}, log }));
  running.push(...startRecurringRules(rules));
  if (api !== undefined) httpApi.serve(api);

  const resources = createResources(stack.physical);
  return {
    apiUrl,
    endpoints,
    credentials: key,
    outputs: stack.outputs,
    broken: dynamodb.broken,
    resources,
    secretValue: (key) => secrets.value(resources.find(key, 'AWS::SecretsManager::Secret').logicalId) ?? '',
    invoke: async (key, event) => {
      const { logicalId } = resources.find(key, 'AWS::Lambda::Function');
      return await functions.pools.find((pool) => pool.logicalId === logicalId)?.invoke(event);
    },
  };
}

/** Listens on the port of the last run if it is free, so that saved addresses stay valid. */
async function listenAsBefore(
  state: State,
  server: Server,
  onStop: (stop: () => Promise<void>) => void,
): Promise<string> {
  const url = await listenPreferring(server, Number(state.setting('aws-port') ?? 0));
  onStop(() => close(server));
  state.saveSetting('aws-port', new URL(url).port);
  return url;
}
