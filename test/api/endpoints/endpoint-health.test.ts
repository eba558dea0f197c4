import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../lib/core/deliver/attempt/sender.ts';
import { Fault } from '../../../lib/core/faults.ts';
import { okExchange, payment, statusExchange } from '../../support/world.ts';
import { useEndpoints } from './endpoints-world.ts';

const EXPIRED: Exchange = { kind: 'error', code: 'tls_failed', detail: 'certificate_expired', durationMs: 5 };
const MINUTE = 60_000;

describe('the health of an endpoint', () => {
  const setup = useEndpoints();
  const { path } = setup;
  let told = 0;
  const now = () => new Date(setup.world.time.nowMs).toISOString();
  const healthOf = async (id: string) =>
    (await setup.world.call(setup.demo.manager, `GET ${path(`/${id}`)}`)).json.health;
  /** Records an outcome and makes all of its attempts. Returns when the first was made. */
  const tell = async (answer: Exchange) => {
    told += 1;
    setup.world.receiver.answer = () => answer;
    const record = `PUT /v1/merchants/demo/transactions/pay_${told}`;
    await setup.world.call(setup.demo.initiator, record, payment());
    await setup.world.relayAll();
    const at = now();
    await setup.world.drain();
    return at;
  };
  const open = async () => {
    await setup.world.call(setup.world.admin, 'PATCH /v1/merchants/demo', { schedule: [10] });
    return (await setup.demo.endpoint()).endpointId;
  };

  it('says since when attempts fail, why exactly, and when the last one succeeded', async () => {
    const id = await open();
    expect(await healthOf(id)).toEqual({ state: 'healthy' });
    const lastSuccessAt = await tell(okExchange());
    setup.world.time.nowMs += MINUTE;
    const failingSince = await tell(EXPIRED);
    const failing = {
      state: 'failing',
      failingSince,
      lastSuccessAt,
      lastFailure: { at: failingSince, error: 'tls_failed', detail: 'certificate_expired' },
    };
    expect(await healthOf(id)).toEqual(failing);
    const list = await setup.world.call(setup.demo.manager, `GET ${path()}`);
    expect(list.json.items).toMatchObject([{ endpointId: id, health: failing }]);

    setup.world.time.nowMs += MINUTE;
    const at = await tell(statusExchange(503));
    const lastFailure = { at, error: 'http_server_error', statusCode: 503 };
    expect(await healthOf(id)).toEqual({ ...failing, lastFailure });

    setup.world.time.nowMs += MINUTE;
    const again = await tell(okExchange());
    expect(await healthOf(id)).toEqual({ state: 'healthy', lastSuccessAt: again, lastFailure });
  });

  it('is paused while its circuit breaker is open, and slow while answers take long', async () => {
    const id = await open();
    await tell({ ...okExchange(), durationMs: 9_000 });
    expect(await healthOf(id)).toMatchObject({ state: 'slow' });
    for (let times = 0; times < 20; times += 1) {
      await tell(EXPIRED);
      setup.world.time.nowMs += 4_000;
    }
    expect(await healthOf(id)).toMatchObject({ state: 'paused', lastFailure: { error: 'tls_failed' } });
  });

  it('of an endpoint that was disabled says why attempts failed; enabled, it begins anew', async () => {
    const id = await open();
    const at = await tell(statusExchange(410));
    const lastFailure = { at, error: 'gone', statusCode: 410 };
    expect(await healthOf(id)).toEqual({ state: 'failing', failingSince: at, lastFailure });
    await setup.world.call(setup.demo.manager, `PATCH ${path(`/${id}`)}`, { types: ['payment.*'] });
    expect(await healthOf(id)).toMatchObject({ lastFailure });
    await setup.world.call(setup.demo.manager, `PATCH ${path(`/${id}`)}`, { enabled: true });
    expect(await healthOf(id)).toEqual({ state: 'healthy' });
  });

  it('begins anew with another URL', async () => {
    const id = await open();
    await tell(EXPIRED);
    await setup.world.call(setup.demo.manager, `PATCH ${path(`/${id}`)}`, { url: 'https://new.example/' });
    expect(await healthOf(id)).toEqual({ state: 'healthy' });
  });

  it('is unknown where its row cannot be read, and hides nothing else', async () => {
    const id = await open();
    setup.world.ports.healthStore.read = async () => {
      throw new Fault({ code: 'unreadable_row', message: 'bad', retryable: false });
    };
    const { json, status } = await setup.world.call(setup.demo.manager, `GET ${path(`/${id}`)}`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ endpointId: id, health: { state: 'unknown' } });
  });
});
