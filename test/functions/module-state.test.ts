import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../support/synthesized.ts';

/** What runs in functions. */
const SOURCES = [
  'functions/**/*.ts',
  'lib/{adapters,api,core,ledger,protocol}/**/*.ts',
  'lib/console/!(client)/**/*.{ts,tsx}',
];

/** Variables of modules, and why all events may share each. */
const SHARED: Readonly<Record<string, string>> = {
  'functions/console.ts front': 'a deployment has one way in',
  'lib/adapters/aws-sha256.ts textKey': 'a process has one access key',
  'lib/adapters/secrets/lambda-credentials.ts known': 'a process has one access key',
};

it('no module of a function has a variable that could belong to one event: several run at once in an instance', () => {
  const found = globSync(SOURCES, { cwd: ROOT }).flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^(?:export )?let (\w+)/gm)].map(
      ([, name]) => `${file} ${name}`,
    ),
  );
  expect(found.toSorted()).toEqual(Object.keys(SHARED));
});
