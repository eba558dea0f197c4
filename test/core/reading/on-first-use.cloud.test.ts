import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { MODULES } from '../../support/modules-of-functions.ts';

/** Imports the modules, then makes one schema to show that it counts. zod calls the hook for each schema. */
const COUNT_SCHEMAS = `
  let made = 0;
  globalThis.__zod_globalConfig = { postProcessor: () => { made += 1; } };
  const found = [];
  for (const file of JSON.parse(process.argv[1])) {
    const before = made;
    await import(file);
    if (made > before) found.push(file);
  }
  const before = made;
  (await import('zod')).string();
  process.stdout.write(JSON.stringify({ found, isCounting: made === before + 1 }));`;

it('no module of a function makes a schema when it is loaded', () => {
  const options = ['--no-warnings', '--input-type=module', '-e', COUNT_SCHEMAS, JSON.stringify(MODULES)];
  const counted = JSON.parse(execFileSync(process.execPath, options, { encoding: 'utf8' }));
  expect(counted).toEqual({ found: [], isCounting: true });
});
