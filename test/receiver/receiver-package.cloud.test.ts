import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { checkTypes, checkTypesNode10, packedFile, reachedFrom } from '../support/published/published.ts';

/** A third-party project with nothing but the packed package. */
describe('the published package', () => {
  let project: string;
  beforeAll(async () => {
    project = temporaryDirectory();
    // Installed as a merchant does, but without a registry, so any further dependency would fail.
    writeFileSync(join(project, 'package.json'), '{}');
    execFileSync('npm', ['install', '--silent', '--offline', '--no-audit', await packedFile()], {
      cwd: project,
    });
  });
  afterAll(() => removeDirectory(project));

  const run = (file: string, text: string): string => {
    writeFileSync(join(project, file), text);
    return execFileSync(process.execPath, [file], { cwd: project, encoding: 'utf8' });
  };
  const USE = `
    const secret = newSecret();
    const callback = verify(signedCallback(sampleOutcome(), { secrets: secret }), { secrets: secret });
    try { verify({ headers: {}, body: '' }, { secrets: secret }) } catch (error) {
      console.log(callback.outcome.transactionId, error instanceof ReceiverFault, error.code);
    }`;

  it('loads as ES modules', () => {
    const printed = run(
      'use.mjs',
      `import { ReceiverFault, verify } from 'tidings/receiver';
       import { newSecret, sampleOutcome, signedCallback } from 'tidings/receiver/testing';${USE}`,
    );
    expect(printed).toBe('pay_1 true missing_header\n');
  });

  it('loads as CommonJS', () => {
    const printed = run(
      'use.cjs',
      `const { ReceiverFault, verify } = require('tidings/receiver');
       const { newSecret, sampleOutcome, signedCallback } = require('tidings/receiver/testing');${USE}`,
    );
    expect(printed).toBe('pay_1 true missing_header\n');
  });

  it('has declarations that hold for both forms', () => {
    const use = `
      import { createServer } from 'node:http';
      import { DatabaseSync } from 'node:sqlite';
      import { type Callback, createReceiver, toNodeHandler, verify } from 'tidings/receiver';
      import { sqliteStore } from 'tidings/receiver/sqlite';
      import { sampleOutcome, signedCallback } from 'tidings/receiver/testing';
      const callback: Callback = verify(signedCallback(sampleOutcome(), { secrets: 's' }), { secrets: ['s'] });
      if (callback.kind === 'outcome') callback.outcome.amount.toFixed();
      // @ts-expect-error: a test request has no outcome
      callback.outcome;
      const receiver = createReceiver({
        merchantId: 'demo', secrets: 's', store: sqliteStore(new DatabaseSync(':memory:')),
        onOutcome: (outcome, db) => { db.prepare('INSERT INTO orders VALUES (?)').run(outcome.transactionId); },
      });
      createServer(toNodeHandler(receiver.handle));`;
    writeFileSync(join(project, 'use.mts'), use);
    writeFileSync(join(project, 'use.cts'), use);
    checkTypes(project, ['use.mts', 'use.cts']);
  });

  // With the compiler that `attw` brings: the one of this repository knows `moduleResolution: node10` no more.
  it('has declarations for compilers that do not read `exports`, of every subpath', () => {
    const { exports } = JSON.parse(
      readFileSync(join(project, 'node_modules/tidings/package.json'), 'utf8'),
    ) as { readonly exports: Readonly<Record<string, unknown>> };
    const subpaths = Object.keys(exports).filter((subpath) => subpath !== './package.json');
    const use = `
      ${subpaths.map((path, index) => `import * as all${index} from 'tidings${path.slice(1)}';`).join('\n')}
      import { verify } from 'tidings/receiver';
      import { type NotificationServiceProps } from 'tidings/cdk';
      export const all = [${subpaths.map((_, index) => `Object.keys(all${index})`).join()}];
      // @ts-expect-error: it has two arguments
      verify();
      // @ts-expect-error: there is no such preset
      export const props: NotificationServiceProps = { preset: 'staging' };`;
    writeFileSync(join(project, 'node10.ts'), use);
    checkTypesNode10(project, ['node10.ts']);
  });

  it('has a README whose programs use what is there', () => {
    const text = readFileSync(join(project, 'node_modules/tidings/README.md'), 'utf8');
    const programs = [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, program = '']) => program);
    const files = programs.flatMap((program, index) => {
      if (program.includes('tidings/cdk')) return [];
      writeFileSync(join(project, `readme-${index}.mjs`), program);
      return [`readme-${index}.mjs`];
    });
    expect(files).toHaveLength(2);
    // The variables of the environment may be missing as far as the compiler knows.
    checkTypes(project, [...files, '--allowJs', '--checkJs', '--strictNullChecks', 'false']);
  });

  it.each(['memory', 'sqlite', 'dynamodb'])('has the store %s in both forms', (name) => {
    const printed = [
      run(
        `${name}.mjs`,
        `import * as store from 'tidings/receiver/${name}'; console.log(Object.keys(store));`,
      ),
      run(`${name}.cjs`, `console.log(Object.keys(require('tidings/receiver/${name}')));`),
    ];
    expect(printed).toEqual([`[ '${name}Store' ]\n`, `[ '${name}Store' ]\n`]);
  });

  it('says in one sentence that a file needs a Node with SQLite, and takes a database of another library there', () => {
    const text = `
      import { sqliteStore } from 'tidings/receiver/sqlite';
      const other = { exec() {}, prepare: () => ({ run() {}, get() {}, all: () => [] }) };
      console.log(typeof sqliteStore(other).apply);
      try { sqliteStore('shop.db') } catch (error) { console.log(error.code, error.message) }`;
    writeFileSync(join(project, 'old.mjs'), text);
    // As a Node before 22.13 is: without node:sqlite.
    const printed = execFileSync(process.execPath, ['--no-experimental-sqlite', 'old.mjs'], {
      cwd: project,
      encoding: 'utf8',
    });
    expect(printed).toBe(
      `function\ninvalid_option sqliteStore cannot open a file, because this Node ${process.version} has no node:sqlite: ` +
        'use Node 22.16 or newer, or pass an open database of another library.\n',
    );
  });

  it('has one class of faults for all subpaths', () => {
    const refused = run(
      'fault.cjs',
      `const { DatabaseSync } = require('node:sqlite');
       const { ReceiverFault } = require('tidings/receiver');
       const { sqliteStore } = require('tidings/receiver/sqlite');
       const { sampleOutcome } = require('tidings/receiver/testing');
       sqliteStore(new DatabaseSync(':memory:')).apply(sampleOutcome(), async () => {}).catch((error) =>
         console.log(error instanceof ReceiverFault, error.code));`,
    );
    expect(refused).toBe('true effects_not_synchronous\n');
  });

  it.each(['esm', 'cjs'])(
    'loads built-ins of Node, itself and the protocol, and nothing else: %s',
    (format) => {
      const installed = join(project, 'node_modules/tidings');
      for (const entry of ['index', 'stores/memory', 'stores/sqlite', 'testing/index']) {
        const { files, foreign } = reachedFrom(installed, `${format}/receiver/${entry}.js`);
        expect(foreign).toEqual([]);
        expect(files.filter((file) => !/^(?:esm|cjs)\/(?:receiver|protocol)\//.test(file))).toEqual([]);
      }
    },
  );

  it('makes a merchant install nothing besides', () => {
    const installed = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
    const ours = ['@types', 'undici-types']; // linked by these tests, to check types
    expect(installed.filter((name) => !ours.includes(name))).toEqual(['tidings']);
  });
});
