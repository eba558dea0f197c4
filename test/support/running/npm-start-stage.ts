import { describe } from 'vitest';
import type { LocalService } from '../local-service.ts';

/** The service as `npm start` runs it, for journeys that begin when it is ready. Each has merchants of its own. */
export interface Stage {
  /** Where the service keeps its data, and writes addresses and keys. */
  readonly dataDir: string;
  readonly service: LocalService;
}

/**
 * A journey whose tests run one after the other. Journeys run side by side: they wait for most of their time, and one service for all
 * starts once, and has warm functions.
 */
export function journey(name: string, tests: () => void): void {
  describe.concurrent('beside others', () => {
    describe(name, { concurrent: false }, tests);
  });
}
