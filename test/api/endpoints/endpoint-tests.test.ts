import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { statusExchange } from '../../support/world.ts';
import { useEndpoints } from './endpoints-world.ts';

describe('endpoints', () => {
  const setup = useEndpoints();
  const { path } = setup;

  it('are tested by one signed request, whose attempt is the answer', async () => {
    const { endpointId, secret } = await setup.demo.endpoint({ enabled: false });
    setup.world.receiver.answer = () => ({ ...statusExchange(500), body: 'no' });
    const tested = await setup.world.call(setup.demo.manager, `POST ${path(`/${endpointId}/test`)}`);
    expect(tested.json).toMatchObject({
      number: 1,
      statusCode: 500,
      error: 'http_server_error',
      responseSnippet: 'no',
    });
    const [request] = setup.world.requests;
    expect(new Webhook(secret).verify(request?.body ?? '', { ...request?.headers })).toMatchObject({
      type: 'tidings.test',
      data: { merchantId: 'demo', endpointId },
    });
    const nobody = await setup.world.call(setup.demo.manager, `POST ${path('/ep_nobody/test')}`);
    expect(nobody.json.code).toBe('unknown_endpoint');
  });

  it('are tested one request at a time, and after a pause', async () => {
    const { endpointId } = await setup.demo.endpoint({ timeoutMs: 1_000 });
    const test = () => setup.world.call(setup.demo.manager, `POST ${path(`/${endpointId}/test`)}`);
    const [one, other] = await Promise.all([test(), test()]);
    expect([one.status, other.status].sort()).toEqual([200, 429]);
    setup.world.time.nowMs += 9_500;
    const early = await test();
    expect(early.json).toMatchObject({ status: 429, code: 'too_many_tests' });
    expect(early.headers.get('retry-after')).toBe('1');
    setup.world.time.nowMs += 500;
    expect((await test()).status).toBe(200);
    expect(setup.world.requests).toHaveLength(2);
  });

  it('are tested in less time than the HTTP API waits, and not again meanwhile', async () => {
    const { endpointId } = await setup.demo.endpoint({ timeoutMs: 30_000 });
    const test = () => setup.world.call(setup.demo.manager, `POST ${path(`/${endpointId}/test`)}`);
    await test();
    expect(setup.world.requests[0]?.timeoutMs).toBe(20_000);
    setup.world.time.nowMs += 20_000;
    expect((await test()).status).toBe(429);
  });
});
