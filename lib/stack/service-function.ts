import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import {
  ApplicationLogLevel,
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { codeOf } from './bundles.ts';
import type { Environment } from './function-environment.ts';
import { type FunctionName, grantAll } from './grants.ts';
import type { Settings } from './props.ts';
import type { Resources } from './service-resources.ts';

/** Where a part of the service is made, and of what. All parts are made on one scope: it decides the logical ids. */
export interface Part {
  readonly scope: Construct;
  readonly settings: Settings;
  readonly resources: Resources;
}

export interface ServiceFunctionProps {
  readonly name: FunctionName;
  readonly timeoutSeconds: number;
  /** 512 unless said otherwise. */
  readonly memoryMb?: number;
  readonly environment: Environment;
  /**
   * It puts messages into a queue that invokes it. Lambda ends such a chain after 16 rounds unless it is allowed to go on;
   * here the fence, the schedule and the horizon end it.
   */
  readonly isLooping?: boolean;
}

/** Creates a function as all of them are, with what `grants.ts` lets it do: Node 24 on arm64, logs as JSON. */
export function createFunction({ scope, resources }: Part, props: ServiceFunctionProps): LambdaFunction {
  const id = idOf(props.name);
  const fn = new LambdaFunction(scope, id, {
    code: codeOf(scope, props.name),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    timeout: Duration.seconds(props.timeoutSeconds),
    memorySize: props.memoryMb ?? 512,
    environment: { ...props.environment },
    ...(props.isLooping && { recursiveLoop: RecursiveLoop.ALLOW }),
    // Lambda's own lines as JSON: the alarm Errors reads the status of each invocation from them. Which of the service's
    // lines are written, its logger decides.
    loggingFormat: LoggingFormat.JSON,
    applicationLogLevelV2: ApplicationLogLevel.DEBUG,
    logGroup: new LogGroup(scope, `${id}Logs`, {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    }),
  });
  grantAll(fn, props.name, resources);
  return fn;
}

/** `test-request` is `TestRequest`. */
function idOf(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

export interface Timer {
  readonly minutes: number;
  /** Runs the function once for each of them; once without an input where there are none. */
  readonly inputs?: readonly object[];
}

/**
 * Runs the function every so many minutes, for ever. A run that failed is not repeated: the next one does its work. The
 * rule's own retry policy covers only the hand-over to Lambda, whose two retries are turned off here; they do not count
 * throttles and faults of Lambda itself, which the age ends.
 */
export function everyMinutes(scope: Construct, fn: LambdaFunction, { minutes, inputs = [] }: Timer): void {
  fn.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
  const once = { retryAttempts: 0 };
  const targets =
    inputs.length === 0
      ? [new FunctionTarget(fn, once)]
      : inputs.map((input) => new FunctionTarget(fn, { ...once, event: RuleTargetInput.fromObject(input) }));
  new Rule(scope, `${fn.node.id}Minute`, { schedule: Schedule.rate(Duration.minutes(minutes)), targets });
}
