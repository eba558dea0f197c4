import { describe, expect, it } from 'vitest';
import { calling } from '../../lib/adapters/aws-faults.ts';

/** An answer of DynamoDB with status 400, as the SDK throws it. */
const thrown = (name: string, more: object = {}) =>
  Object.assign(new Error('no'), { name, $metadata: { httpStatusCode: 400 }, ...more });
const faultOf = (error: Error) => calling('Writing', () => Promise.reject(error)).catch((fault) => fault);
const cancelledFor = (...codes: readonly string[]) =>
  thrown('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) });

describe('a call to AWS', () => {
  it.each([
    'ThrottlingException',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'RequestThrottled',
    'RequestThrottledException',
    'TooManyRequestsException',
    'TransactionConflictException',
    'ReplicatedWriteConflictException',
  ])('that is refused with %s may be repeated', async (name) => {
    expect(await faultOf(thrown(name))).toMatchObject({ code: 'unavailable', retryable: true });
  });

  it.each([
    'TransactionConflict',
    'ThrottlingError',
    'ProvisionedThroughputExceeded',
    'RequestLimitExceeded',
  ])('whose transaction is cancelled only by %s may be repeated', async (code) => {
    expect(await faultOf(cancelledFor('None', code))).toMatchObject({ retryable: true });
    expect(await faultOf(cancelledFor(code, 'ConditionalCheckFailed'))).toMatchObject({ retryable: false });
  });

  it('that is refused for good may not be repeated', async () => {
    expect(await faultOf(thrown('ValidationException'))).toMatchObject({
      code: 'refused_by_aws',
      retryable: false,
    });
    expect(await faultOf(cancelledFor())).toMatchObject({ retryable: false });
  });
});

it('the time-out of a signal is retryable', async () => {
  const timeout = () => Promise.reject(new DOMException('too late', 'TimeoutError'));
  await expect(calling('Asking', timeout)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
});
