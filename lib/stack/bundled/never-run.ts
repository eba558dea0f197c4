/**
 * Stand for classes of the SDK that no function runs, and that a bundler cannot know of: they are chosen at run time. Both
 * are 8 KB of each bundle.
 */

const neverRun = (name: string) => new Error(`The bundles have no ${name}: see lib/stack/bundled.`);

/** For the retry mode `adaptive`. Every client sets another one: `lib/adapters/retry-mode.ts`. */
export class AdaptiveRetryStrategy {
  constructor() {
    throw neverRun('AdaptiveRetryStrategy');
  }
}

/** For platforms without SHA-256 of their own. */
export class Sha256Js {
  constructor() {
    throw neverRun('Sha256Js');
  }
}
