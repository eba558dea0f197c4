import { beforeEach, vi } from 'vitest';
import { createWorld, START_MS } from './world.ts';

export type World = ReturnType<typeof createWorld>;
/** A merchant of a world, with its keys. */
export type Shop = Awaited<ReturnType<World['merchant']>>;

export interface DemoWorld {
  world: World;
  demo: Shop;
}

/**
 * Opens a new world with the merchant `demo` before each test. `Date` is faked until the test ends, so that
 * signatures are verified at the world's time.
 *
 * @param open default: a world and a merchant with default settings
 */
export function useDemoWorld(open: () => Promise<DemoWorld> = openDemo): DemoWorld {
  const setup = {} as DemoWorld;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(START_MS);
    Object.assign(setup, await open());
    return () => vi.useRealTimers();
  });
  return setup;
}

async function openDemo(): Promise<DemoWorld> {
  const world = createWorld();
  return { world, demo: await world.merchant('demo') };
}
