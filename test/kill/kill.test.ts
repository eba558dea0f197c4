import { expect, it } from 'vitest';
import { killRounds } from './kill-rounds.ts';

it('loses nothing that was acknowledged, killed three times under load', async () => {
  const result = await killRounds({ rounds: 3, seed: 1 });
  expect(result.lost).toEqual([]);
  expect(result.acknowledged).toBeGreaterThan(10);
});
