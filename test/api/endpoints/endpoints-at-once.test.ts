import { beforeEach, describe, expect, it } from 'vitest';
import { LEAD_OF_ONE_CLOCK } from '../../../lib/core/merchants/dated-writes.ts';
import { SECRET_BYTES } from '../../../lib/protocol/signing/webhook-keys.ts';
import { endpointKey, useEndpoints } from './endpoints-world.ts';

const url = 'https://shop.example/hooks';

describe('endpoints that are made at the same time', () => {
  const setup = useEndpoints();
  const { path } = setup;
  beforeEach(() => {
    // All share one clock here, which jumps while one of them waits until it is in force.
    setup.world.ports.lead = LEAD_OF_ONE_CLOCK;
  });
  const make = () => setup.world.call(setup.demo.manager, `POST ${path()}`, { url });
  const put = (id: string) => setup.world.call(setup.demo.manager, `PUT ${path(`/${id}`)}`, { url });
  const stored = async () =>
    (await setup.world.ports.merchants.read(endpointKey('any').merchantId))?.endpoints;

  it('are all made, each once and with its own secret', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, make));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    const endpoints = await stored();
    expect(endpoints).toHaveLength(8);
    for (const { json } of answers) {
      const own = endpoints?.find(({ endpointId }) => endpointId === json.endpointId);
      expect(own?.secrets[0]?.sealed.endsWith(json.secret)).toBe(true);
    }
  });

  it.each([
    ['made', make],
    ['put', (n: number) => put(`ep-${n}`)],
  ])('never exceed the limit, and say so when it is reached: %s', async (_how, one) => {
    const answers = await Promise.all(Array.from({ length: 25 }, (_, n) => one(n)));
    const codes = answers.map(({ status, json }) => json.code ?? status);
    expect(codes.filter((code) => code === 201)).toHaveLength(20);
    expect(codes.filter((code) => code === 'too_many_endpoints')).toHaveLength(5);
    expect(await stored()).toHaveLength(20);
  });

  it('make one secret each, however often they are overtaken', async () => {
    const { random } = setup.world.ports;
    const drawn: number[] = [];
    const bytes = random.bytes.bind(random);
    random.bytes = (size) => {
      drawn.push(size);
      return bytes(size);
    };
    await make();
    const alone = drawn.splice(0).filter((size) => size === SECRET_BYTES).length;
    await Promise.all([make(), make(), make()]);
    random.bytes = bytes;
    expect(drawn.filter((size) => size === SECRET_BYTES)).toHaveLength(3 * alone);
  });
});
