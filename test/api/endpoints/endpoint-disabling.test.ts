import { describe, expect, it } from 'vitest';
import { disableEndpoint } from '../../../lib/core/merchants/endpoints.ts';
import { payment, statusExchange } from '../../support/world.ts';
import { endpointKey, useEndpoints } from './endpoints-world.ts';

describe('a disabled endpoint', () => {
  const setup = useEndpoints();
  const { path } = setup;
  const read = async (id: string) =>
    (await setup.world.call(setup.demo.manager, `GET ${path(`/${id}`)}`)).json;
  const change = async (id: string, changes: object) =>
    (await setup.world.call(setup.demo.manager, `PATCH ${path(`/${id}`)}`, changes)).json;
  const now = () => new Date(setup.world.time.nowMs).toISOString();
  const expectEnabled = (shown: object) => {
    expect(shown).toMatchObject({ enabled: true });
    expect(shown).not.toHaveProperty('disabledReason');
    expect(shown).not.toHaveProperty('disabledAt');
  };

  it('says that its owner disabled it and when, also after other changes, until it is enabled', async () => {
    const { endpointId } = await setup.demo.endpoint();
    expectEnabled(await read(endpointId));
    const disabledAt = now();
    const disabled = { enabled: false, disabledReason: 'requested', disabledAt };
    expect(await change(endpointId, { enabled: false })).toMatchObject(disabled);
    setup.world.time.nowMs += 3 * 86_400_000;
    for (const changes of [{ enabled: false }, { types: ['payment.*'] }, { description: 'Till' }]) {
      expect(await change(endpointId, changes)).toMatchObject(disabled);
    }
    expect(await read(endpointId)).toMatchObject(disabled);
    expectEnabled(await change(endpointId, { enabled: true }));
    expectEnabled(await read(endpointId));
  });

  it('that was created disabled says so', async () => {
    const { endpointId } = await setup.demo.endpoint({ enabled: false });
    const { createdAt, ...shown } = await read(endpointId);
    expect(shown).toMatchObject({ enabled: false, disabledReason: 'requested', disabledAt: createdAt });
  });

  it('says that its receiver answered 410, also if its owner then disables it', async () => {
    const { endpointId } = await setup.demo.endpoint();
    setup.world.receiver.answer = () => statusExchange(410);
    await setup.world.call(setup.demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    await setup.world.relayAll();
    await setup.world.drain();
    const disabledAt = now();
    setup.world.time.nowMs += 60_000;
    const disabled = { enabled: false, disabledReason: 'gone', disabledAt };
    expect(await read(endpointId)).toMatchObject(disabled);
    expect(await change(endpointId, { enabled: false })).toMatchObject(disabled);
  });

  it('says that it failed for days', async () => {
    const { endpointId } = await setup.demo.endpoint();
    const { url } = await read(endpointId);
    const reason = 'failing_for_days';
    await disableEndpoint(setup.world.ports, { ...endpointKey(endpointId), url, reason });
    expect(await read(endpointId)).toMatchObject({ enabled: false, disabledReason: reason });
  });

  it('that an older version disabled says since when, and no reason', async () => {
    const { endpointId } = await setup.demo.endpoint();
    await change(endpointId, { enabled: false });
    const stored = await setup.world.ports.merchants.read(endpointKey(endpointId).merchantId);
    const endpoint = stored?.endpoints[0];
    if (endpoint === undefined) throw new Error('no endpoint');
    const { disabled, ...older } = endpoint;
    await setup.world.ports.merchants.saveEndpoint({ ...older, rev: 3 }, 2);
    const shown = await read(endpointId);
    expect(shown).toMatchObject({ enabled: false, disabledAt: disabled?.at });
    expect(shown).not.toHaveProperty('disabledReason');
  });
});
