import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

const STAND_INS = fileURLToPath(new URL('./never-run.ts', import.meta.url));
/** The modules of the classes that `never-run.ts` stands for. */
const MODULES = /\/(?:AdaptiveRetryStrategy|Sha256Js)$/;

/** Leaves modules of the SDK out of the bundles that no function runs. They import each other by path, so no alias can name them. */
export const leftOut: Plugin = {
  name: 'left-out',
  setup(builder) {
    builder.onResolve({ filter: MODULES }, ({ importer }) =>
      importer.includes('/@smithy/core/') ? { path: STAND_INS } : undefined,
    );
  },
};
