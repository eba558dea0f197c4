import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

const FUNCTIONS = new URL('../../functions/', import.meta.url);
const LOCK_FILE = fileURLToPath(new URL('../../package-lock.json', import.meta.url));

/** Some dependencies are CommonJS and ask for `require`, which an ES module does not have by itself. */
const REQUIRE_BANNER =
  "import{createRequire as tidingsRequire}from'node:module';const require=tidingsRequire(import.meta.url);";

const LAMBDA_CREDENTIALS = fileURLToPath(
  new URL('../adapters/secrets/lambda-credentials.ts', import.meta.url),
);

export interface ServiceFunctionProps {
  /** The file under `functions/`, without its ending. */
  readonly name: string;
  /** Another file instead. */
  readonly entry?: string;
  readonly timeoutSeconds: number;
  readonly memoryMb?: number;
  readonly environment: Readonly<Record<string, string>>;
  /**
   * It puts messages into a queue that invokes it. Lambda ends such a chain after 16 rounds unless it is allowed to go on;
   * here the fence, the schedule and the horizon end it.
   */
  readonly isLooping?: boolean;
}

/** A function as all of them are: Node 24 on arm64, one ES module with the SDK it was tested with. */
export function createFunction(scope: Construct, props: ServiceFunctionProps): NodejsFunction {
  const id = idOf(props.name);
  return new NodejsFunction(scope, id, {
    entry: props.entry ?? fileURLToPath(new URL(`${props.name}.ts`, FUNCTIONS)),
    depsLockFilePath: LOCK_FILE,
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
    bundling: {
      format: OutputFormat.ESM,
      target: 'node24',
      minify: true,
      mainFields: ['module', 'main'],
      externalModules: [],
      esbuildArgs: { '--alias:@aws-sdk/credential-provider-node': LAMBDA_CREDENTIALS },
      banner: REQUIRE_BANNER,
    },
  });
}

/** `test-request` is `TestRequest`. */
function idOf(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

export interface TableGrant {
  readonly actions: readonly string[];
  /** Beginnings of the partition keys that may be touched: `T#`. */
  readonly partitions: readonly string[];
}

/** Only these actions, and only on items whose partition key begins so. */
export function grantTable(fn: NodejsFunction, table: Table, grants: readonly TableGrant[]): void {
  for (const { actions, partitions } of grants) {
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: actions.map((action) => `dynamodb:${action}`),
        resources: [table.tableArn],
        conditions: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions.map((start) => `${start}*`) },
          // Without this, a request that names no key at all would pass the line above.
          Null: { 'dynamodb:LeadingKeys': 'false' },
        },
      }),
    );
  }
}

export function grantIndex(fn: NodejsFunction, table: Table, index: string): void {
  fn.addToRolePolicy(
    new PolicyStatement({ actions: ['dynamodb:Query'], resources: [`${table.tableArn}/index/${index}`] }),
  );
}

/**
 * Runs the function every so many minutes, for ever; with inputs, once for each of them. A run that failed is not
 * repeated: the next one does its work. The rule's own retry policy covers only the hand-over to Lambda, whose two
 * retries are turned off here; they do not count throttles and faults of Lambda itself, which the age ends.
 */
export function everyMinutes(
  scope: Construct,
  fn: NodejsFunction,
  { minutes, inputs = [] }: { readonly minutes: number; readonly inputs?: readonly object[] },
): void {
  fn.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
  const once = { retryAttempts: 0 };
  const targets =
    inputs.length === 0
      ? [new LambdaFunction(fn, once)]
      : inputs.map((input) => new LambdaFunction(fn, { ...once, event: RuleTargetInput.fromObject(input) }));
  new Rule(scope, `${fn.node.id}Minute`, { schedule: Schedule.rate(Duration.minutes(minutes)), targets });
}
