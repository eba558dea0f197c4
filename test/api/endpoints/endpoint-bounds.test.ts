import { describe, expect, it } from 'vitest';
import { disableEndpoint } from '../../../lib/core/merchants/endpoints.ts';
import { endpointKey, useEndpoints } from './endpoints-world.ts';

describe('endpoints', () => {
  const setup = useEndpoints();
  const { path } = setup;

  it('have a limit for each merchant', async () => {
    for (let n = 0; n < 20; n += 1) await setup.demo.endpoint();
    const more = await setup.world.call(setup.demo.manager, `POST ${path()}`, {
      url: 'https://shop.example/',
    });
    expect(more.json).toMatchObject({
      status: 409,
      code: 'too_many_endpoints',
      detail: 'A merchant has at most 20 endpoints.',
    });
  });

  it('do not pass their limit when they are created concurrently', async () => {
    await Promise.allSettled(Array.from({ length: 60 }, () => setup.demo.endpoint()));
    expect(
      (await setup.world.call(setup.demo.manager, `GET ${path()}`)).json.items.length,
    ).toBeLessThanOrEqual(20);
  });

  it('that were deleted do not count towards the limit', async () => {
    for (let n = 0; n < 19; n += 1) await setup.demo.endpoint();
    for (let n = 0; n < 100; n += 1) {
      const made = await setup.world.call(setup.demo.manager, `POST ${path()}`, {
        url: 'https://shop.example/',
      });
      expect(made.status).toBe(201);
      await setup.world.call(setup.demo.manager, `DELETE ${path(`/${made.json.endpointId}`)}`);
    }
    expect((await setup.world.call(setup.demo.manager, `GET ${path()}`)).json.items).toHaveLength(19);
  });

  it('that are made and deleted again and again come to an end, for two days', async () => {
    const make = () =>
      setup.world.call(setup.demo.manager, `POST ${path()}`, { url: 'https://shop.example/' });
    const statuses: number[] = [];
    for (let n = 0; n < 181; n += 1) {
      const made = await make();
      statuses.push(made.status);
      await setup.world.call(setup.demo.manager, `DELETE ${path(`/${made.json.endpointId}`)}`);
    }
    expect(statuses.filter((status) => status === 201)).toHaveLength(180);
    expect((await make()).json).toMatchObject({
      status: 409,
      code: 'too_many_changes',
      detail: 'A merchant deletes at most 180 endpoints within two days.',
    });
    // The table forgets them later than that, or never here: only their time counts.
    setup.world.time.nowMs += 2 * 86_400_000;
    expect((await make()).status).toBe(201);
  });

  it('that can be disabled can be enabled again, however often they were switched', async () => {
    const { endpointId } = await setup.demo.endpoint();
    const patch = (body: object) =>
      setup.world.call(setup.demo.manager, `PATCH ${path(`/${endpointId}`)}`, body);
    let isEnabled = true;
    for (let n = 0; n < 100; n += 1) {
      setup.world.time.nowMs += 1_000;
      const answer = await patch({ enabled: !isEnabled });
      if (answer.status === 200) isEnabled = !isEnabled;
      else expect([isEnabled, answer.json.code]).toEqual([true, 'too_many_changes']);
    }
    expect(isEnabled).toBe(true);
    // What is no switch is still taken.
    expect((await patch({ timeoutMs: 2_000, enabled: true })).status).toBe(200);
  });

  it('that we disabled can be enabled again, also where no other change is taken any more', async () => {
    const { endpointId } = await setup.demo.endpoint();
    const patch = (body: object) =>
      setup.world.call(setup.demo.manager, `PATCH ${path(`/${endpointId}`)}`, body);
    for (let n = 0; n < 100; n += 1) {
      setup.world.time.nowMs += 1_000;
      await patch({ types: n % 2 === 0 ? ['refund.*'] : ['*'] });
    }
    expect((await patch({ enabled: false })).json).toMatchObject({
      code: 'too_many_changes',
      detail:
        'An endpoint takes at most 31 changes of enabled and types within two days; one that adds and removes counts twice.',
    });
    const url = 'https://shop.example/hooks';
    await disableEndpoint(setup.world.ports, { ...endpointKey(endpointId), url, reason: 'gone' });
    expect((await patch({ enabled: true })).json).toMatchObject({ enabled: true });
  });
});
