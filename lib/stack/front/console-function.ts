import { Aws, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Operation } from '../../api/contract/operation.ts';
import { acceptInlinePolicy } from '../accepted-findings.ts';
import { consoleEnvironment, type Environment } from '../lambda/function-environment.ts';
import { createFunction, type Part } from '../lambda/service-function.ts';

/** The gateway waits 30 s at most. A page asks the API for up to 24 s, when it tests an endpoint. */
const CONSOLE_TIMEOUT_SECONDS = 29;

const LAMBDA_HOST = `lambda.${Aws.REGION}.${Aws.URL_SUFFIX}`;

type ApiFunctions = Readonly<Partial<Record<Operation['function'], LambdaFunction>>>;

/** The console's pages. It reads no data itself: it asks the functions of the API, as the session's key. */
export function createConsole(part: Part, functions: ApiFunctions): LambdaFunction {
  const names = Object.entries(functions).map(([name, { functionName }]) => [name, functionName]);
  const fn = createConsoleFunction(part, {
    TIDINGS_API_FUNCTIONS: Stack.of(part.scope).toJsonString(Object.fromEntries(names)),
  });
  fn.addToRolePolicy(mayInvoke(...Object.values(functions)));
  return fn;
}

/** The console behind a function URL: its requests come from the function that has the URL, which names itself. */
export function createConsoleBehind(part: Part): LambdaFunction {
  return createConsoleFunction(part, {});
}

/**
 * Lets two functions invoke each other. Each invokes the other by a policy of its own, because a function waits for the
 * policy of its role, and neither can wait for the other.
 */
export function connectConsole({ scope }: Part, consoleFn: LambdaFunction, front: LambdaFunction): void {
  front.addToRolePolicy(mayInvoke(consoleFn));
  front.addEnvironment('TIDINGS_CONSOLE_FUNCTION', consoleFn.functionName);
  front.addEnvironment('TIDINGS_LAMBDA_HOST', LAMBDA_HOST);
  const policy = new Policy(scope, 'ConsoleAsksFront', { statements: [mayInvoke(front)] });
  if (consoleFn.role !== undefined) policy.attachToRole(consoleFn.role);
  acceptInlinePolicy(policy);
}

function createConsoleFunction(part: Part, environment: Environment): LambdaFunction {
  return createFunction(part, {
    name: 'console',
    timeoutSeconds: CONSOLE_TIMEOUT_SECONDS,
    environment: {
      ...consoleEnvironment(part.resources, part.settings),
      TIDINGS_LAMBDA_HOST: LAMBDA_HOST,
      ...environment,
    },
  });
}

/** Only this version-less name: the grants of the CDK also allow every version and alias. */
function mayInvoke(...functions: readonly LambdaFunction[]): PolicyStatement {
  return new PolicyStatement({
    actions: ['lambda:InvokeFunction'],
    resources: functions.map(({ functionArn }) => functionArn),
  });
}
