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
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { codeOf } from './bundles.ts';
import type { Environment } from './function-environment.ts';
import { type FunctionName, grantAll } from './grants.ts';
import type { Settings } from './props.ts';
import type { Resources } from './service-resources.ts';

/** What each part of the service is built from. All parts share one scope, because the scope decides the logical ids. */
export interface Part {
  readonly scope: Construct;
  readonly settings: Settings;
  readonly resources: Resources;
}

export interface ServiceFunctionProps {
  readonly name: FunctionName;
  readonly timeoutSeconds: number;
  /** Memory in MB. Default: 512. */
  readonly memoryMb?: number;
  readonly environment: Environment;
  /**
   * Set if the function sends messages to a queue that invokes it. By default, Lambda stops such a loop after 16 rounds.
   * Here, the fence, the schedule and the horizon end it.
   */
  readonly isLooping?: boolean;
}

/** Creates a function with the common settings (Node 24 on arm64, JSON logs) and its grants from `grants.ts`. */
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
    // Lambda must log JSON: the alarm Errors reads each invocation's status from it. DEBUG here leaves the choice of our
    // own log lines to our logger.
    loggingFormat: LoggingFormat.JSON,
    applicationLogLevelV2: ApplicationLogLevel.DEBUG,
    // WARN leaves out Lambda's own lines of runs that succeed. Those of runs that fail are logged as WARN. The lines of
    // success would be most of the log, and CloudWatch has duration and errors as metrics.
    systemLogLevelV2: SystemLogLevel.WARN,
    logGroup: new LogGroup(scope, `${id}Logs`, {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    }),
  });
  grantAll(fn, props.name, resources);
  return fn;
}

/** `test-request` becomes `TestRequest`. */
function idOf(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

export interface Timer {
  readonly minutes: number;
  /** Runs the function once for each input. Default: once without an input. */
  readonly inputs?: readonly object[];
}

/**
 * Runs the function every `minutes` minutes. A failed run is not retried, because the next run does its work. The rule's
 * retry policy covers only the hand-over to Lambda. Lambda's own two retries are turned off here. They do not count
 * throttles and faults of Lambda itself; the maximum event age bounds those.
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
