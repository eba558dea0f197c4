import { afterAll, beforeAll, describe, it } from 'vitest';
import { journeys } from './journeys/all-journeys.ts';
import { startLocalTarget } from './starters/local.ts';
import { reachTarget } from './suite/reach.ts';
import type { Stage } from './suite/scene.ts';
import type { Target } from './target.ts';

/** As `npm run e2e -- --target local`. There is nothing that this target cannot do. */
describe('the local cloud, from outside', () => {
  let target: Target;
  let stage: Stage;
  beforeAll(async () => {
    target = await startLocalTarget();
    stage = await reachTarget(target);
  });
  afterAll(async () => {
    await stage?.close();
    await target?.stop();
  });

  it.concurrent.for(journeys)('$name: $shows', async (journey) => {
    await journey.run(stage.sceneOf(journey, () => undefined));
  });
});
