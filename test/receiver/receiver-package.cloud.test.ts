import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { builtKit, checkTypes, reachedFrom } from '../support/published/published.ts';

/** A third-party project with nothing but the packed package. */
describe('the published package', () => {
  let project: string;
  let packed: readonly string[];
  beforeAll(async () => {
    project = temporaryDirectory();
    const listed = execFileSync('npm', ['pack', '--silent', '--json', '--pack-destination', project], {
      cwd: await builtKit(),
      encoding: 'utf8',
    });
    const [{ filename, files }] = JSON.parse(listed) as [{ filename: string; files: { path: string }[] }];
    packed = files.map(({ path }) => path);
    // Installed as a merchant does, but without a registry, so any further dependency would fail.
    writeFileSync(join(project, 'package.json'), '{}');
    execFileSync('npm', ['install', '--silent', '--offline', '--no-audit', `./${filename}`], {
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

  // The compiler of this repository knows `moduleResolution: node10` no more, so its one rule is applied by hand: it
  // looks a subpath up in `typesVersions`, and never in `exports`.
  it('has declarations for compilers that do not read `exports`, of every subpath', () => {
    const installed = join(project, 'node_modules/tidings');
    const { exports, typesVersions } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    const subpaths = Object.keys(exports).filter((subpath) => subpath !== './package.json');
    expect(Object.keys(typesVersions)).toEqual(['*']);
    expect(Object.keys(typesVersions['*']).map((subpath) => `./${subpath}`)).toEqual(subpaths);
    for (const subpath of subpaths) {
      const [types, ...others] = typesVersions['*'][subpath.slice(2)];
      expect([types, others]).toEqual([exports[subpath].require.replace(/\.js$/, '.d.ts'), []]);
      // Follows each import, and fails where a file is not there.
      expect(reachedFrom(installed, types, '.d.ts').files.length).toBeGreaterThan(1);
    }
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

  it('takes nothing of the service with it', () => {
    const paths = packed.filter((path) => !/^(?:esm|cjs)\/(?:initiator|receiver|protocol)\//.test(path));
    expect([...paths].sort()).toEqual(['README.md', 'cjs/package.json', 'cli/tidings.js', 'package.json']);
  });

  it('makes a merchant install nothing besides', () => {
    const installed = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
    const ours = ['@types', 'undici-types']; // linked by these tests, to check types
    expect(installed.filter((name) => !ours.includes(name))).toEqual(['tidings']);
  });
});
