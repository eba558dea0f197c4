import { beforeEach, vi } from 'vitest';
import { endpointIdSchema, merchantIdSchema } from '../../../lib/core/model.ts';
import { createWorld, START_MS } from '../../support/world.ts';

type World = ReturnType<typeof createWorld>;

export const endpointKey = (endpointId: string) => ({
  merchantId: merchantIdSchema.parse('demo'),
  endpointId: endpointIdSchema.parse(endpointId),
});

/** A world with the merchant `demo`, new for each test, and the path of its endpoints. */
export function useEndpoints() {
  let world: World;
  let demo: Awaited<ReturnType<World['merchant']>>;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(START_MS);
    world = createWorld();
    demo = await world.merchant('demo');
    return () => vi.useRealTimers();
  });
  const path = (rest = '') => `/v1/merchants/demo/endpoints${rest}`;

  return {
    get world() {
      return world;
    },
    get demo() {
      return demo;
    },
    path,
  };
}
