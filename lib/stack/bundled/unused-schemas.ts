import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** A schema that is made on its first use. Before that, nothing happens. */
const LATER = /^((?:export )?const \w+ =) (onFirstUse\()/gm;

/**
 * Leaves schemas out of the bundles whose code does not use them: 4 to 12 KB of each. A bundler keeps the call of a function of
 * another module, unless it is marked as free of side effects.
 */
export const unusedSchemas: Plugin = {
  name: 'unused-schemas',
  setup(builder) {
    builder.onLoad(
      { filter: /[\\/]lib[\\/](?:core|api|adapters)[\\/].*\.ts$/ },
      async ({ path, namespace }) => {
        if (namespace !== 'file') return undefined;
        const source = await readFile(path, 'utf8');
        return { contents: source.replaceAll(LATER, '$1 /* @__PURE__ */ $2'), loader: 'ts' };
      },
    );
  },
};
