import { afterEach, describe, expect, it } from 'vitest';
import { AwsSha256 } from '../../../lib/adapters/aws-sha256.ts';
import { createInvokeFunction } from '../../../lib/adapters/functions/invoke-function.ts';
import { createAwsServer } from '../../../lib/local/aws/aws-server.ts';
import { close, listen } from '../../../lib/local/aws/listen.ts';
import { InvocationFailure } from '../../../lib/local/functions/invocation-failure.ts';
import { lambdaService } from '../../../lib/local/functions/lambda-api.ts';
import type { FunctionPool } from '../../../lib/local/functions/pool.ts';
import { openGuard } from '../../../lib/local/iam/guard.ts';

const key = { accessKeyId: 'LOCAL', secretAccessKey: 'secret of this test' };

/** What a function does with an event, and the trace header that it comes with. */
type Run = (event: unknown, traceHeader: string | undefined) => Promise<unknown>;

describe('a function', () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  /** The local cloud's Lambda with one function, and the adapter that calls it. */
  async function withFunction(run: Run, secretAccessKey = key.secretAccessKey) {
    const pool = {
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:Api',
      invoke: (event: unknown, { traceHeader }: { traceHeader?: string | undefined } = {}) =>
        run(event, traceHeader),
    } as FunctionPool;
    const log = () => undefined;
    const find = (name: string) => (name === 'Api' ? pool : undefined);
    const server = createAwsServer({
      json: [],
      rest: [lambdaService(find)],
      guard: openGuard({ key, log }),
      log,
    });
    const endpoint = await listen(server, 0);
    stops.push(() => close(server));
    return createInvokeFunction({
      signer: { credentials: { ...key, secretAccessKey }, region: 'us-east-1', sha256: AwsSha256 },
      endpoint,
      traceHeader: () => 'Root=1-5759e988-bd862e3fe1be46a994272793',
    });
  }

  it('gets the event and the trace, and its result comes back', async () => {
    const seen: unknown[] = [];
    const invoke = await withFunction(async (event, trace) => {
      seen.push(event, trace);
      return { statusCode: 200, body: '支付' };
    });
    const event = { rawPath: '/v1/支付' };
    const result = await invoke({ functionName: 'Api', event, timeoutMs: 5_000 });
    expect(result).toEqual({ statusCode: 200, body: '支付' });
    expect(seen).toEqual([event, 'Root=1-5759e988-bd862e3fe1be46a994272793']);
  });

  it('that fails, or is not there, is a fault that names it', async () => {
    const invoke = await withFunction(async () => {
      throw new InvocationFailure('crash', { errorType: 'Oops', errorMessage: 'broken', trace: [] });
    });
    await expect(invoke({ functionName: 'Api', event: {}, timeoutMs: 5_000 })).rejects.toMatchObject({
      code: 'function_failed',
      message: expect.stringContaining('broken'),
    });
    await expect(invoke({ functionName: 'Other', event: {}, timeoutMs: 5_000 })).rejects.toMatchObject({
      code: 'invocation_refused',
      message: expect.stringContaining('ResourceNotFoundException'),
    });
  });

  it('is not invoked with a wrong signature, or past its time', async () => {
    let runs = 0;
    const foreign = await withFunction(async () => {
      runs += 1;
    }, 'another secret');
    await expect(foreign({ functionName: 'Api', event: {}, timeoutMs: 5_000 })).rejects.toMatchObject({
      message: expect.stringContaining('403'),
    });
    expect(runs).toBe(0);
    let answer: (value: unknown) => void = () => undefined;
    const slow = await withFunction(() => new Promise((resolve) => (answer = resolve)));
    const asked = slow({ functionName: 'Api', event: {}, timeoutMs: 50 });
    await expect(asked).rejects.toMatchObject({
      retryable: true,
      cause: { name: expect.stringMatching(/AbortError|TimeoutError/) },
    });
    answer({});
  });
});
