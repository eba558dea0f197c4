import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../lib/emulators/free-port.ts';
import { eventTypeOf, webhookIdOf } from '../../lib/protocol/event-names.ts';
import { signedHeaders } from '../../lib/protocol/signing/signed-headers.ts';
import { storedSecretBytes } from '../../lib/protocol/signing/webhook-keys.ts';
import { newSecret, sampleOutcome } from '../../lib/receiver/testing/index.ts';
import { eventually } from '../support/eventually.ts';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { madeOnce } from '../support/made-once.ts';
import { codeBlocks } from '../support/published/guide.ts';
import { builtKit } from '../support/published/published.ts';
import { ROOT } from '../support/synthesized.ts';
import { DRIVERS } from './frameworks/drivers.ts';
import { fetchPackages, makePresent } from './programs/languages.ts';

const FRAMEWORKS = join(ROOT, 'test/receivers/frameworks');
const MANIFESTS = ['package.json', 'package-lock.json'].map((name) => join(FRAMEWORKS, name));

/** The programs of the page by the names that they give themselves. */
const pages = new Map(
  [...codeBlocks('receivers/node.md', 'js'), ...codeBlocks('receivers/node.md', 'ts')].map((text) => {
    const [, name = ''] = /^\/\/ ([\w-]+\.\w+)/.exec(text) ?? [];
    return [name, text] as const;
  }),
);
const programs = [...pages.keys()].filter((name) => name !== 'receiver.mjs');

const installed = await makePresent({
  async Node() {
    const kit = await builtKit();
    const packages = await madeOnce({
      name: 'frameworks',
      inputs: [...MANIFESTS, kit],
      make(directory) {
        for (const name of ['package.json', 'package-lock.json']) {
          copyFileSync(join(FRAMEWORKS, name), join(directory, name));
        }
        fetchPackages('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], directory);
        cpSync(kit, join(directory, 'node_modules/tidings'), { recursive: true });
      },
    });
    return { command: [packages] };
  },
});
for (const { why } of installed.missing) console.log(`The frameworks of Node were not tried: ${why}.`);

const secret = newSecret();

/** A callback whose body no parser would write again in the same way. */
function callbackOf(transactionId: string, key = secret) {
  const outcome = sampleOutcome({ merchantId: 'shop', transactionId, metadata: { note: '支付 €', rate: 1 } });
  const content = { type: eventTypeOf(outcome), timestamp: outcome.recordedAt, data: outcome };
  const body = JSON.stringify(content, null, 1).replace('"rate": 1', '"rate": 1.0');
  const signed = { id: webhookIdOf(outcome), timestamp: Math.floor(Date.now() / 1_000), body };
  const signers = [{ scheme: 'v1' as const, key: storedSecretBytes(key) }];
  const headers = { 'content-type': 'application/json', ...signedHeaders(signed, signers) };
  return { method: 'POST', headers, body };
}

describe('the page about frameworks of Node', () => {
  it('has a program for each', () => {
    expect([...programs].sort()).toEqual([
      'express.mjs',
      'fastify.mjs',
      'hono.mjs',
      'lambda.mjs',
      'nest.ts',
      'route.mjs',
    ]);
  });
});

describe.each(installed.programs.length > 0 ? programs : [])('%s', (name) => {
  const project = temporaryDirectory();
  let child: ChildProcess;
  let url: string;
  const said: string[] = [];

  beforeAll(async () => {
    const [packages = ''] = installed.programs[0]?.command ?? [];
    symlinkSync(join(packages, 'node_modules'), join(project, 'node_modules'));
    for (const file of ['receiver.mjs', name]) writeFileSync(join(project, file), pages.get(file) ?? '');
    const port = await freePort();
    url = `http://127.0.0.1:${port}/hooks`;
    child = spawn(process.execPath, [started(project, name)], {
      cwd: project,
      env: { ...process.env, ENDPOINT_SECRET: secret, PORT: String(port) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => said.push(text));
    await eventually(
      async () => ({
        exitCode: child.exitCode,
        answers: await fetch(url, { method: 'POST' }).then(
          () => true,
          () => false,
        ),
      }),
      (seen) => {
        if (seen.exitCode !== null || !seen.answers) throw new Error(`It does not run:\n${said.join('')}`);
      },
    );
  });
  afterAll(async () => {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
    removeDirectory(project);
  });

  const statusOf = async (request: ReturnType<typeof callbackOf>) => (await fetch(url, request)).status;

  it('applies a genuine callback once, from its raw bytes', async () => {
    const callback = callbackOf('pay_1');
    expect([await statusOf(callback), await statusOf(callback)]).toEqual([204, 204]);
    expect(paymentsIn(project)).toEqual([{ id: 'pay_1', status: 'SUCCEEDED' }]);
  });

  it('refuses what is forged', async () => {
    const genuine = callbackOf('pay_2');
    expect(await statusOf({ ...genuine, body: `${genuine.body} ` })).toBe(401);
    expect(await statusOf(callbackOf('pay_2', newSecret()))).toBe(401);
    expect(await statusOf({ ...genuine, headers: { 'content-type': 'application/json' } as never })).toBe(
      400,
    );
    expect(paymentsIn(project)).toEqual([{ id: 'pay_1', status: 'SUCCEEDED' }]);
  });
});

/** Writes what starts a program. @returns the name of its file */
function started(project: string, name: string): string {
  if (name === 'route.mjs' || name === 'lambda.mjs') {
    writeFileSync(join(project, 'driver.mjs'), DRIVERS[name]);
    return 'driver.mjs';
  }
  if (!name.endsWith('.ts')) return name;
  const tsconfigRaw = { compilerOptions: { experimentalDecorators: true } };
  const { code } = transformSync(pages.get(name) ?? '', { loader: 'ts', tsconfigRaw });
  writeFileSync(join(project, 'program.mjs'), code);
  return 'program.mjs';
}

function paymentsIn(project: string): readonly object[] {
  const db = new DatabaseSync(join(project, 'shop.db'), { readOnly: true });
  try {
    return db.prepare('SELECT id, status FROM payments').all();
  } finally {
    db.close();
  }
}
