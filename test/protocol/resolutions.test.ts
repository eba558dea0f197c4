import { expect, it } from 'vitest';
import { RESOLUTIONS, resolutionSeconds } from '../../lib/protocol/resolutions.ts';

it('a slice of each resolution is a window, an hour or a day long', () => {
  expect(RESOLUTIONS.map((resolution) => resolutionSeconds(resolution, 300))).toEqual([300, 3_600, 86_400]);
});
