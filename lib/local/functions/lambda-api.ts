import { AwsFault } from '../aws/aws-fault.ts';
import { AwsOutput, type RestRequest, type RestService } from '../aws/aws-server.ts';
import { InvocationFailure } from './invocation-failure.ts';
import type { FunctionPool } from './pool.ts';

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/**
 * Lambda's API for invoking a function and waiting for its result. As on AWS, a function that fails is an answer with the
 * status 200 and a header.
 *
 * @param find finds a function by name or ARN
 */
export function lambdaService(find: (nameOrArn: string) => FunctionPool | undefined): RestService {
  return {
    route: ({ method, url, input, traceHeader }: RestRequest) => {
      const [, name] = PATH.exec(url.pathname) ?? [];
      if (name === undefined || method !== 'POST') return undefined;
      const target = find(decodeURIComponent(name));
      if (target === undefined) {
        throw new AwsFault('ResourceNotFoundException', `Function not found: ${name}`, 404);
      }
      return {
        calls: [{ action: 'lambda:InvokeFunction', resource: target.arn }],
        run: () => invoke(target, input, traceHeader),
      };
    },
  };
}

async function invoke(
  target: FunctionPool,
  event: unknown,
  traceHeader: string | undefined,
): Promise<AwsOutput> {
  try {
    return new AwsOutput(await target.invoke(event, { traceHeader }), {
      'x-amz-executed-version': '$LATEST',
    });
  } catch (error) {
    if (!(error instanceof InvocationFailure)) throw error;
    return new AwsOutput(error.error, { 'x-amz-function-error': 'Unhandled' });
  }
}
