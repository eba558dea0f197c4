import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { AssetCode } from 'aws-cdk-lib/aws-lambda';
import { expect, it } from 'vitest';
import { chinesePages } from '../../lib/console/texts/chinese-pages.ts';
import { englishPages } from '../../lib/console/texts/english-pages.ts';
import { chinese } from '../../lib/console/view/text/chinese.ts';
import { english } from '../../lib/console/view/text/english.ts';
import { bundle } from '../../lib/stack/bundling/bundles.ts';
import { codeOf } from '../../lib/stack/lambda/function-code.ts';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { ROOT } from '../support/synthesized.ts';

/** Where a function's bundle lies before an assembly takes it in. */
function sourceOf(stack: Stack, name: string): string {
  const code = codeOf(stack, name);
  if (!(code instanceof AssetCode)) throw new Error('no asset');
  return code.path;
}

it('functions are bundled once a process, for every function of every app', () => {
  const [one, other] = [new Stack(new App(), 'One'), new Stack(new App(), 'Other')];
  const directories = [sourceOf(one, 'close'), sourceOf(one, 'relay'), sourceOf(other, 'close')];
  expect(new Set(directories.map(dirname)).size).toBe(1);
  const [close = ''] = directories;
  expect(existsSync(close)).toBe(true);
  expect(readdirSync(dirname(close))).toContain('test-request');
});

it('a bundle is the same in every directory, and with any other functions', () => {
  const entry = join(ROOT, 'functions/close.ts');
  const directory = temporaryDirectory();
  try {
    bundle({ close: entry }, join(directory, 'alone'));
    bundle({ close: entry, audit: join(ROOT, 'functions/audit.ts') }, join(directory, 'beside'));
    const [alone, beside] = ['alone', 'beside'].map((name) =>
      readFileSync(join(directory, name, 'close/index.mjs'), 'utf8'),
    );
    expect(alone).toBe(beside);
  } finally {
    removeDirectory(directory);
  }
});

/** Bundles a module, and gives its file to `use`. */
async function withBundle<Result>(source: string, use: (file: string) => Result): Promise<Awaited<Result>> {
  const directory = temporaryDirectory();
  try {
    const entry = join(directory, 'entry.ts');
    writeFileSync(entry, source);
    bundle({ entry }, join(directory, 'bundles'));
    return await use(join(directory, 'bundles/entry/index.mjs'));
  } finally {
    removeDirectory(directory);
  }
}

/** What a module exports after it was bundled. */
const bundled = (source: string) =>
  withBundle(source, (file): Promise<Readonly<Record<string, unknown>>> => import(file));

/** Texts with functions replaced by what they return. */
const said = (texts: unknown): unknown =>
  JSON.parse(JSON.stringify(texts, (_, value) => (typeof value === 'function' ? value(1, 2, 3) : value)));

it('the console in a bundle says what its catalogues say, in each language', async () => {
  const from = (path: string) => JSON.stringify(join(ROOT, 'lib/console', path));
  const texts = await bundled(
    [
      `export { english } from ${from('view/text/english.ts')};`,
      `export { chinese } from ${from('view/text/chinese.ts')};`,
      `export { englishPages } from ${from('texts/english-pages.ts')};`,
      `export { chinesePages } from ${from('texts/chinese-pages.ts')};`,
    ].join('\n'),
  );
  for (const [name, own] of Object.entries({ english, chinese, englishPages, chinesePages }))
    expect(said(texts[name])).toEqual(said(own));
});

it('schemas in a bundle know their bounds, and are not translated to JSON Schema', async () => {
  const zod = JSON.stringify(join(ROOT, 'node_modules/zod/index.js'));
  const { read, bound, translate } = await bundled(
    [
      `import * as z from ${zod};`,
      'const schema = z.string().min(3);',
      'export const read = (text) => schema.safeParse(text).success;',
      'export const bound = schema.minLength;',
      'export const translate = () => z.toJSONSchema(schema);',
    ].join('\n'),
  );
  expect([(read as (text: string) => boolean)('abc'), (read as (text: string) => boolean)('ab')]).toEqual([
    true,
    false,
  ]);
  expect(bound).toBe(3);
  expect(translate).toThrow('no code for JSON Schema');
});

it('a bundle takes of Node’s modules only what it uses, however it imports them', async () => {
  const source = [
    "import { createServer } from 'node:http';",
    "import path, { join } from 'path';",
    "import * as os from 'node:os';",
    "const later = await import('node:http');",
    "const util = require('node:util');",
    "const loaded = process.moduleLoadList.filter((name) => name.includes('undici'));",
    'const isSame = createServer === later.createServer && path.join === join;',
    'console.log(JSON.stringify([isSame, typeof os.homedir(), typeof util.inspect, loaded]));',
  ].join('\n');
  const printed = await withBundle(source, (file) =>
    execFileSync(process.execPath, [file], { encoding: 'utf8' }),
  );
  expect(JSON.parse(printed)).toEqual([true, 'string', 'function', []]);
});

it('a bundle has no schema that its code does not use', async () => {
  const from = (path: string) => JSON.stringify(join(ROOT, 'lib', path));
  const source = [
    `import { keyIdSchema } from ${from('core/model.ts')};`,
    "export const read = () => keyIdSchema().safeParse('k').success;",
  ].join('\n');
  const code = await withBundle(source, (file) => readFileSync(file, 'utf8'));
  expect(code).toContain('invalid_id');
  expect(code).not.toContain('invalid_reference');
});

it('a bundle knows the version of an SDK client, and nothing else of its package file', async () => {
  const client = JSON.stringify(join(ROOT, 'node_modules/@aws-sdk/client-sqs/package.json'));
  const { file } = await bundled(`import file from ${client};\nexport { file };`);
  expect(file).toEqual({ version: expect.stringMatching(/^3\.\d+\.\d+$/) });
});
