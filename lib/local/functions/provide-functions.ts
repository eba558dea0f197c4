import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LocalCloudError } from '../errors.ts';
import type { Log } from '../logging/log.ts';
import type { Assembly } from '../template/assembly.ts';
import { LOCAL_REGION } from '../template/intrinsics.ts';
import type { Resource, Stack } from '../template/stack-resources.ts';
import { type AsyncInvocation, asyncInvocation, RETRY_DELAYS_SECONDS } from './async-invocation.ts';
import { startContainer } from './container.ts';
import { type Hosts, openHosts } from './hosts.ts';
import type { FunctionPool } from './pool.ts';
import { createPool } from './pool.ts';
import { processorLoad } from './processor-load.ts';
import type { InstanceSetting } from './protocol.ts';

/** Endpoints of the AWS stand-ins, for unmodified SDK clients. */
export interface ServiceEndpoints {
  readonly dynamodb: string;
  readonly sqs: string;
  readonly scheduler: string;
  readonly kms: string;
  readonly secretsManager: string;
  readonly eventBridge: string;
  readonly lambda: string;
  /** `undefined` if the template has no bucket. */
  readonly s3: string | undefined;
}

export interface FunctionsSetting {
  readonly assembly: Assembly;
  readonly stack: Stack;
  readonly endpoints: ServiceEndpoints;
  /** Returns the credentials with which a function signs, as environment variables. */
  credentialsOf(logicalId: string): Readonly<Record<string, string>>;
  /** Environment variables added to every function's own; they take precedence. */
  readonly environment: Readonly<Record<string, string>>;
  /** Waits before the retries of an asynchronous invocation, in seconds. Default: Lambda's, 60 and 120. */
  readonly retryDelaysSeconds?: readonly number[] | undefined;
  readonly log: Log;
}

/** The functions of the template. */
export interface Functions {
  readonly pools: readonly FunctionPool[];
  /** Finds a function by name, by ARN, or by a text that contains the ARN, such as an integration's URI. */
  find(nameOrArn: string): FunctionPool | undefined;
  /** Finds a function's asynchronous invocation in the same ways. */
  findAsync(nameOrArn: string): AsyncInvocation | undefined;
  /** Ends the waits before retries. */
  stopRetries(): void;
  /** Accepts no more events, waits at most `graceMs` for the current ones, then stops the instances. */
  stop(graceMs: number): Promise<void>;
}

/** Events that an instance processes at once: the default of Lambda's Managed Instances for Node.js and one processor. */
const EVENTS_PER_INSTANCE = 64;
/** Threads of one function. More of them do not make a machine of few cores faster. */
const MAX_INSTANCES = 4;
/** An instance of a function ends after this time without an event. Lambda waits some minutes. */
const IDLE_MS = 45_000;
/** Directory of V8's compile cache. It stands beside the bundles, so it needs the same protection as they do. */
const COMPILE_CACHE = '.compile-cache';

/** Lambda's defaults where a function has no EventInvokeConfig. */
const LAMBDA_DEFAULTS = { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 21_600 };

/** Creates a pool for each function of the template. */
export function provideFunctions(setting: FunctionsSetting): Functions {
  const hosts = openHosts(join(setting.assembly.directory, COMPILE_CACHE), setting.log);
  const machine = { hosts, isBusy: processorLoad() };
  const entries = setting.stack.ofType('AWS::Lambda::Function').map((resource) => {
    const pool = provideFunction(setting, machine, resource);
    return { pool, async: provideAsync(setting, resource, pool) };
  });
  const find = (nameOrArn: string) =>
    entries.find(
      ({ pool: { name, arn } }) =>
        nameOrArn === name || nameOrArn === arn || nameOrArn.includes(`${arn}/invocations`),
    );
  return {
    pools: entries.map(({ pool }) => pool),
    find: (nameOrArn) => find(nameOrArn)?.pool,
    findAsync: (nameOrArn) => find(nameOrArn)?.async,
    stopRetries: () => {
      for (const { async } of entries) async.stop();
    },
    stop: async (graceMs) => {
      await Promise.all(entries.map(({ pool }) => pool.stop(graceMs)));
      await hosts.stop();
    },
  };
}

function provideAsync(
  { stack, retryDelaysSeconds = RETRY_DELAYS_SECONDS, log }: FunctionsSetting,
  { physical }: Resource<'AWS::Lambda::Function'>,
  target: FunctionPool,
): AsyncInvocation {
  const declared = stack
    .ofType('AWS::Lambda::EventInvokeConfig')
    .find(({ properties }) => [physical.arn, physical.name].includes(properties.FunctionName));
  const config = declared?.properties ?? LAMBDA_DEFAULTS;
  return asyncInvocation({ target, config, retryDelaysSeconds, log });
}

/** What the functions share. */
interface Machine {
  readonly hosts: Hosts;
  /** Whether all cores are busy. */
  isBusy(): boolean;
}

function provideFunction(
  setting: FunctionsSetting,
  { hosts, isBusy }: Machine,
  resource: Resource<'AWS::Lambda::Function'>,
): FunctionPool {
  const { logicalId, physical, properties } = resource;
  const assetDir = setting.assembly.assetPath(properties.Code.S3Key);
  if (assetDir === undefined || !existsSync(assetDir) || !statSync(assetDir).isDirectory()) {
    throw new LocalCloudError(
      'assembly_unreadable',
      `${logicalId}: its code ${properties.Code.S3Key} is not a folder of the assembly. Synthesize again.`,
    );
  }
  const isShared = isTimed(setting.stack, resource);
  const maxInstances = isShared ? 1 : MAX_INSTANCES;
  const most = EVENTS_PER_INSTANCE * maxInstances;
  const size = Math.max(1, Math.min(properties.ReservedConcurrentExecutions ?? most, most));
  const eventsPerInstance = Math.min(EVENTS_PER_INSTANCE, size);
  const instance: InstanceSetting = {
    assetDir,
    handler: properties.Handler,
    functionName: physical.name,
    functionArn: physical.arn,
    memoryMb: properties.MemorySize,
    env: { ...environmentOf(setting, resource, assetDir), ...concurrencyVariable(eventsPerInstance) },
  };
  return createPool(
    {
      logicalId,
      functionName: physical.name,
      functionArn: physical.arn,
      timeoutMs: properties.Timeout * 1000,
      mayRecurse: properties.RecursiveLoop === 'Allow',
      size,
      eventsPerInstance,
      maxInstances,
      idleMs: isShared ? undefined : IDLE_MS,
      isBusy,
      start: () =>
        startContainer({
          host: isShared ? hosts.shared() : hosts.start(logicalId),
          setting: instance,
          source: logicalId,
          isHostShared: isShared,
        }),
    },
    setting.log,
  );
}

/** Whether only timers invoke a function: its instances then live in one thread with those of the others. */
function isTimed(stack: Stack, { physical }: Resource<'AWS::Lambda::Function'>): boolean {
  const isOwn = (text: string) => text === physical.arn || text === physical.name;
  const isIn = (text: string) => isOwn(text) || text.includes(`${physical.arn}/invocations`);
  return (
    stack
      .ofType('AWS::Events::Rule')
      .some(
        ({ properties }) =>
          properties.ScheduleExpression !== undefined && properties.Targets.some(({ Arn }) => isOwn(Arn)),
      ) &&
    !stack
      .ofType('AWS::Lambda::EventSourceMapping')
      .some(({ properties }) => isOwn(properties.FunctionName)) &&
    !stack
      .ofType('AWS::ApiGatewayV2::Integration')
      .some(({ properties }) => isIn(properties.IntegrationUri)) &&
    !stack.ofType('AWS::Lambda::Url').some(({ properties }) => isOwn(properties.TargetFunctionArn))
  );
}

/** Tells libraries, as Lambda does, that several events may run at once: they then keep apart what belongs to one. */
function concurrencyVariable(eventsPerInstance: number): Readonly<Record<string, string>> {
  return eventsPerInstance === 1 ? {} : { AWS_LAMBDA_MAX_CONCURRENCY: String(eventsPerInstance) };
}

/** Passes on only the variables of our own environment that a process needs: no profile, no real credentials. */
function environmentOf(
  { endpoints, environment, credentialsOf }: FunctionsSetting,
  { logicalId, physical, properties }: Resource<'AWS::Lambda::Function'>,
  assetDir: string,
): Readonly<Record<string, string>> {
  return {
    PATH: process.env.PATH ?? '',
    TZ: ':UTC',
    AWS_REGION: LOCAL_REGION,
    AWS_DEFAULT_REGION: LOCAL_REGION,
    ...credentialsOf(logicalId),
    AWS_LAMBDA_FUNCTION_NAME: physical.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(properties.MemorySize),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${physical.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    LAMBDA_TASK_ROOT: assetDir,
    _HANDLER: properties.Handler,
    AWS_EXECUTION_ENV: `AWS_Lambda_${properties.Runtime}`,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_SCHEDULER: endpoints.scheduler,
    AWS_ENDPOINT_URL_KMS: endpoints.kms,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsManager,
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints.eventBridge,
    AWS_ENDPOINT_URL_LAMBDA: endpoints.lambda,
    ...(endpoints.s3 === undefined ? {} : { AWS_ENDPOINT_URL_S3: endpoints.s3 }),
    ...properties.Environment?.Variables,
    ...environment,
  };
}
