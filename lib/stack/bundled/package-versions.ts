import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/** The version is all that an SDK client uses of its `package.json`, which it imports whole. That is about 2 KB for each client. */
export const packageVersions: Plugin = {
  name: 'package-versions',
  setup(builder) {
    builder.onLoad({ filter: /\/@aws-sdk\/[^/]+\/package\.json$/ }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};
