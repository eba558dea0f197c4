import { LocalCloudError } from '../errors.ts';
import type { Stack } from '../template/stack-resources.ts';

/** The URLs of the stack's queues, by their ARNs. */
export function queueUrls(stack: Stack): ReadonlyMap<string, string> {
  return new Map(stack.ofType('AWS::SQS::Queue').map(({ physical }) => [physical.arn, physical.ref]));
}

/** A schedule keeps the queue's URL of the run that made it; the port may be another now, the name is not. */
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
