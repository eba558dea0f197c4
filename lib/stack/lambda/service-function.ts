import { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import {
  ApplicationLogLevel,
  Architecture,
  type IEventSource,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { accept, acceptInlinePolicy } from '../accepted-findings.ts';
import { EGRESS_SUBNETS } from '../delivery/egress.ts';
import type { Resources } from '../service-resources.ts';
import type { Settings } from '../settings/props.ts';
import { createLogGroup } from '../storage/log-groups.ts';
import { codeOf } from './function-code.ts';
import type { Environment } from './function-environment.ts';
import { type FunctionName, grantAll } from './grants.ts';

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
  /** Set if the function calls receivers or initiators: from fixed addresses, if the settings want them. */
  readonly isCallingOut?: boolean;
}

/** Creates a function with the common settings (Node 24 on arm64, JSON logs) and its grants from `grants.ts`. */
export function createFunction(
  { scope, settings, resources }: Part,
  props: ServiceFunctionProps,
): LambdaFunction {
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
    logGroup: createLogGroup(scope, `${id}Logs`, settings, resources.storage.key),
    ...(props.isCallingOut && networkOf(resources)),
  });
  grantAll(fn, props.name, resources);
  acceptFindings(fn);
  return fn;
}

function acceptFindings(fn: LambdaFunction): void {
  accept(fn, {
    [managedPolicy('AWSLambdaBasicExecutionRole')]: 'It allows a function to write logs, and nothing else.',
    'Serverless-LambdaDLQ':
      'Nothing is lost that a dead-letter queue of the function could keep: queues and the stream keep what failed, timers run ' +
      'again within minutes, and a caller of the API sees the failure.',
    'Serverless-LambdaTracing':
      'Traces would cost more than the request. Each attempt and each request has one structured log line with its ids.',
  });
  if (fn.isBoundToVpc) {
    accept(fn, {
      [managedPolicy('AWSLambdaVPCAccessExecutionRole')]:
        'Lambda needs it to create network interfaces in the VPC.',
    });
  } else {
    accept(fn, {
      'PCI.DSS.321-LambdaInsideVPC':
        'The function calls AWS by TLS with IAM, and the callbacks of deliver go to vetted public addresses. A VPC costs a NAT ' +
        'gateway a zone; fixedEgress puts the functions that call out into one.',
    });
  }
  const hasPolicy = fn.role?.node.tryFindChild('DefaultPolicy') !== undefined;
  if (hasPolicy) acceptInlinePolicy(fn);
}

const managedPolicy = (name: string) =>
  `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/${name}]`;

const networkOf = ({ egress }: Resources) =>
  egress && { vpc: egress.vpc, vpcSubnets: EGRESS_SUBNETS, securityGroups: [...egress.securityGroups] };

/** `test-request` becomes `TestRequest`. */
function idOf(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Adds the queue or stream that a function works off. */
export function addSource(fn: LambdaFunction, source: IEventSource): void {
  fn.addEventSource(source);
  accept(fn, {
    'Serverless-LambdaEventSourceMappingDestination':
      'What fails stays in its queue and then in the dead-letter queue, or is parked. The stream waits until a batch is relayed.',
  });
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
  const schedule = Schedule.rate(Duration.minutes(minutes));
  const rule = new Rule(scope, `${fn.node.id}Minute`, { schedule, targets });
  const reason = 'The next run does the work of a failed one. An alarm speaks when no run succeeds.';
  accept(rule, { 'Serverless-EventBusDLQ': reason });
  accept(fn, { 'Serverless-LambdaAsyncFailureDestination': reason });
}
