import { LocalCloudError } from '../errors.ts';
import type { Stack } from '../template/stack-resources.ts';

/** Returns the URLs of the stack's queues by ARN. */
export function queueUrls(stack: Stack): ReadonlyMap<string, string> {
  return new Map(stack.ofType('AWS::SQS::Queue').map(({ physical }) => [physical.arn, physical.ref]));
}

/**
 * Maps a stored queue URL to the current one by queue name. A schedule keeps the URL of the run that created it, and
 * the port may have changed since.
 */
export function currentUrl(stack: Stack): (queueUrl: string) => string {
  const byName = new Map(
    stack.ofType('AWS::SQS::Queue').map(({ physical }) => [physical.name, physical.ref]),
  );
  return (queueUrl) => {
    const url = byName.get(queueUrl.slice(queueUrl.lastIndexOf('/') + 1));
    if (url === undefined) throw new LocalCloudError('unknown_resource', `There is no queue ${queueUrl}.`);
    return url;
  };
}
