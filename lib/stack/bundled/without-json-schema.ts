import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';

const STAND_IN = fileURLToPath(new URL('./no-json-schema.ts', import.meta.url));
const PROCESSORS = /[\\/]zod[\\/]v4[\\/]core[\\/]json-schema-processors\.js$/;
const AS_IT_IS = '?as-it-is';

/**
 * Leaves zod's translation to JSON Schema out of the bundles. Its translators stand in one module with `aggregateChecks`, which
 * schemas need for properties like `minLength`. So that module keeps everything but the translators.
 */
export const withoutJsonSchema: Plugin = {
  name: 'without-json-schema',
  setup(builder) {
    builder.onResolve({ filter: /\/to-json-schema\.js$/ }, ({ importer }) =>
      importer.includes('/zod/v4/classic/') ? { path: STAND_IN } : undefined,
    );
    builder.onLoad({ filter: PROCESSORS }, async ({ path, suffix }) => {
      if (suffix === AS_IT_IS) return undefined;
      const names = Object.keys(await import(pathToFileURL(path).href));
      const translators = names.filter((name) => name.endsWith('Processor'));
      // A name that a module exports itself hides the same name behind its `export *`.
      return {
        contents: [
          `export * from ${JSON.stringify(`${path}${AS_IT_IS}`)};`,
          `import { noProcessor } from ${JSON.stringify(STAND_IN)};`,
          `export { ${translators.map((name) => `noProcessor as ${name}`).join(', ')} };`,
        ].join('\n'),
        loader: 'js',
      };
    });
  },
};
