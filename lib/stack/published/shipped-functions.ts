import { fileURLToPath } from 'node:url';

/**
 * Stands for `../bundling/bundles.ts` in the published package, which has the bundles in it. They lie in `functions` at the
 * root of the package, and the construct in `cjs/stack/index.js`.
 */
export const bundledFunctions = (): string => fileURLToPath(new URL('../../functions', import.meta.url));
