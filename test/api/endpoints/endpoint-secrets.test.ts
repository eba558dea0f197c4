import { Webhook } from 'standardwebhooks';
import { describe, expect, it, vi } from 'vitest';
import { merchantIdSchema } from '../../../lib/core/model.ts';
import { payment } from '../../support/world.ts';
import { useEndpoints } from './endpoints-world.ts';

describe('endpoints', () => {
  const setup = useEndpoints();
  const { path } = setup;

  it('rotate their secret with an overlap in which both sign', async () => {
    const { endpointId, secret } = await setup.demo.endpoint();
    const rotated = await setup.world.call(setup.demo.manager, `POST ${path(`/${endpointId}/secrets`)}`, {
      overlapSeconds: 60,
    });
    expect(rotated.status).toBe(201);
    await setup.world.call(setup.demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    await setup.world.relayAll();
    await setup.world.drain();
    const [request] = setup.world.requests;
    if (request === undefined) throw new Error('nothing was sent');
    for (const each of [secret, rotated.json.secret]) {
      expect(new Webhook(each).verify(request.body, { ...request.headers })).toMatchObject({
        type: 'payment.succeeded',
        data: { merchantId: 'demo', transactionId: 'pay_1', version: 1, amount: 1999, metadata: {} },
      });
    }
  });

  it('without overlap sign with the new secret only', async () => {
    const { endpointId, secret } = await setup.demo.endpoint();
    await setup.world.call(setup.demo.manager, `POST ${path(`/${endpointId}/secrets`)}`, {
      overlapSeconds: 0,
    });
    await setup.world.call(setup.demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    await setup.world.relayAll();
    await setup.world.drain();
    const [request] = setup.world.requests;
    expect(() => new Webhook(secret).verify(request?.body ?? '', { ...request?.headers })).toThrow();
  });

  it('have a limit of valid secrets, and the first one signs until it expires', async () => {
    const { endpointId, secret } = await setup.demo.endpoint();
    const rotate = () => setup.world.call(setup.demo.manager, `POST ${path(`/${endpointId}/secrets`)}`);
    const answers = [await rotate(), await rotate(), await rotate(), await rotate()];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 409]);
    expect(answers[3]?.json).toMatchObject({
      code: 'too_many_secrets',
      detail: 'At most 4 secrets sign at a time.',
    });
    await setup.world.call(setup.demo.manager, `POST ${path(`/${endpointId}/test`)}`);
    const [request] = setup.world.requests;
    expect(new Webhook(secret).verify(request?.body ?? '', { ...request?.headers })).toBeTruthy();
  });

  it('answer a rotation that is repeated by its name with the same secret, for an hour', async () => {
    const { endpointId, secret } = await setup.demo.endpoint({ signature: 'both' });
    const rotate = (rotationId: string) =>
      setup.world.call(setup.demo.manager, `POST ${path(`/${endpointId}/secrets`)}`, { rotationId });
    const first = await rotate('june');
    setup.world.time.nowMs += 3_599_999;
    const again = await rotate('june');
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(first.json.publicKey).toMatch(/^whpk_/);
    expect(again.json).toEqual({ ...first.json, asOf: again.json.asOf });
    await setup.world.call(setup.demo.manager, `POST ${path(`/${endpointId}/test`)}`);
    const [request] = setup.world.requests;
    const signatures = request?.headers['webhook-signature']?.split(' ') ?? [];
    expect(signatures.filter((one) => one.startsWith('v1,'))).toHaveLength(2);
    vi.setSystemTime(setup.world.time.nowMs);
    expect(new Webhook(secret).verify(request?.body ?? '', { ...request?.headers })).toBeTruthy();
    setup.world.time.nowMs += 1;
    expect((await rotate('june')).json).toMatchObject({ status: 409, code: 'rotation_repeated' });
    expect((await rotate('july')).status).toBe(201);
    expect((await rotate('june')).json.code).toBe('rotation_repeated');
  });

  it('refuse a rotation that repeats a name with another overlap, which would not be in force', async () => {
    const { endpointId } = await setup.demo.endpoint();
    for (const target of [path(`/${endpointId}/secrets`), '/v1/merchants/demo/secrets']) {
      const rotate = async (body: object) => {
        const { status, json } = await setup.world.call(setup.demo.manager, `POST ${target}`, {
          rotationId: 'r',
          ...body,
        });
        return [status, json.code ?? json.secret];
      };
      const [, secret] = await rotate({ overlapSeconds: 60 });
      expect(await rotate({ overlapSeconds: 0 })).toEqual([409, 'rotation_conflict']);
      expect(await rotate({})).toEqual([409, 'rotation_conflict']);
      const refused = await setup.world.call(setup.demo.manager, `POST ${target}`, { rotationId: 'r' });
      expect(refused.json.errors).toEqual([{ pointer: '/overlapSeconds', code: 'rotation_conflict' }]);
      expect(await rotate({ overlapSeconds: 60 })).toEqual([200, secret]);
      const named = await rotate({ rotationId: 'default' });
      expect(await rotate({ rotationId: 'default', overlapSeconds: 86_400 })).toEqual([200, named[1]]);
      expect(await rotate({ overlapSeconds: 61 })).toEqual([409, 'rotation_conflict']);
    }
  });

  it('recognizes a repeated rotation that was stored without its overlap', async () => {
    const { endpointId } = await setup.demo.endpoint();
    const rotate = (overlapSeconds: number) =>
      setup.world.call(setup.demo.manager, `POST ${path(`/${endpointId}/secrets`)}`, {
        rotationId: 'r',
        overlapSeconds,
      });
    const first = await rotate(60);
    const config = await setup.world.ports.merchants.read(merchantIdSchema().parse('demo'));
    const endpoint = config?.endpoints.find((one) => one.endpointId === endpointId);
    if (endpoint === undefined) throw new Error('no endpoint');
    const secrets = endpoint.secrets.map(({ overlapSeconds: _, ...secret }) => secret);
    await setup.world.ports.merchants.saveEndpoint(
      { ...endpoint, secrets, rev: endpoint.rev + 1 },
      endpoint.rev,
    );
    expect((await rotate(61)).json.secret).toBe(first.json.secret);
  });

  it('rotate once where the answer of the table was lost', async () => {
    const { endpointId } = await setup.demo.endpoint();
    const { saveEndpoint } = setup.world.ports.merchants;
    setup.world.ports.merchants.saveEndpoint = async (...write) => {
      await saveEndpoint(...write);
      return false;
    };
    const { json } = await setup.world.call(setup.demo.manager, `POST ${path(`/${endpointId}/secrets`)}`);
    setup.world.ports.merchants.saveEndpoint = saveEndpoint;
    await setup.world.call(setup.demo.manager, `POST ${path(`/${endpointId}/test`)}`);
    const [request] = setup.world.requests;
    expect(request?.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    expect(new Webhook(json.secret).verify(request?.body ?? '', { ...request?.headers })).toBeTruthy();
  });

  it('that are deleted keep no secret and no description', async () => {
    const { endpointId } = await setup.demo.endpoint({ signature: 'both', description: 'Order service' });
    await setup.world.call(setup.demo.manager, `DELETE ${path(`/${endpointId}`)}`);
    const kept = (await setup.world.ports.merchants.read('demo' as never))?.endpoints[0];
    expect(kept).toMatchObject({ endpointId, secrets: [], deletedAt: expect.any(String) });
    expect(kept).not.toHaveProperty('description');
    expect(kept?.history).toHaveLength(2);
  });
});
