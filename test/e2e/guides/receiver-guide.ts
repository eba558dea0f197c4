import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../../lib/emulators/free-port.ts';
import { expectStatus } from '../../../lib/local/api-client.ts';
import { sampleOutcome, signedCallback } from '../../../lib/receiver/testing/index.ts';
import { eventually } from '../../support/eventually.ts';
import { removeDirectory } from '../../support/local-service.ts';
import { checkTypes, projectWithKit } from '../../support/published/published.ts';
import { journey, type Stage } from '../../support/running/npm-start-stage.ts';
import { ROOT } from '../../support/synthesized.ts';
import { payment } from '../../support/world.ts';

const guide = readFileSync(join(ROOT, 'docs/guides/receiver.md'), 'utf8');
const blocks = [...guide.matchAll(/^```(js|ts)\n(.*?)^```$/gms)].map(([, language, text = '']) => ({
  language,
  text,
}));
const [verifying, receiving] = blocks.filter(({ language }) => language === 'js');
const lines = (text = '') => text.trimEnd().split('\n').length;

/** The programs of the guide, as they stand there, each a process in a project of somebody else's. */
export function receiverGuide(stage: Stage): void {
  journey('the guide for receivers', () => {
    let project: string;
    let environment: Record<string, string>;
    let url: string;
    const running: ChildProcess[] = [];

    beforeAll(async () => {
      project = await projectWithKit();
      const port = await freePort();
      url = `http://127.0.0.1:${port}/`;
      const merchant = await create('POST /v1/merchants', {
        merchantId: 'demo',
        name: 'Demo',
        schedule: [1],
      });
      const endpoint = await create('POST /v1/merchants/demo/endpoints', { url });
      const key = await create('POST /v1/merchants/demo/keys', { scope: 'receiver' });
      environment = {
        API: stage.service.credentials.api,
        KEY: key.key,
        ENDPOINT_SECRET: endpoint.secret,
        MERCHANT_SECRET: merchant.secret,
        PORT: String(port),
        SINCE: `${new Date().toISOString().slice(0, 'YYYY-MM-DDTHH'.length)}:00:00Z`,
        RECONCILE_SECONDS: '1',
      };
    });
    afterEach(async () => {
      for (const child of running.splice(0)) await kill(child);
    });
    afterAll(async () => {
      removeDirectory(project);
    });

    const create = async (request: string, body: object) =>
      expectStatus(await stage.service.api(stage.service.credentials.adminKey, request, body), 201).json;
    const record = async (transactionId: string) => {
      const path = `PUT /v1/merchants/demo/transactions/${transactionId}`;
      expectStatus(
        await stage.service.api(stage.service.credentials.initiatorKey, path, payment()),
        200,
        201,
      );
    };
    const statesOf = async (transactionId: string): Promise<string> => {
      const { json } = await stage.service.api(
        environment.KEY ?? '',
        `GET /v1/transactions/${transactionId}`,
      );
      return json.notifications.map(({ state }: { readonly state: string }) => state).join();
    };

    const becomes = (transactionId: string, state: string) =>
      eventually(
        () => statesOf(transactionId),
        (states) => expect(states).toBe(state),
      );

    /** Runs a program of the guide, and hears what it says. */
    const run = async (text: string | undefined) => {
      writeFileSync(join(project, 'shop.mjs'), text ?? '');
      const child = spawn(process.execPath, ['shop.mjs'], {
        cwd: project,
        env: { ...process.env, ...environment },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      running.push(child);
      await eventually(
        () => listens(url),
        (isListening) => expect(isListening).toBe(true),
      );
      return { child, said: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
    };

    it('shows what it promises in as many lines', () => {
      expect(lines(verifying?.text)).toBeLessThanOrEqual(10);
      expect(lines(receiving?.text)).toBeLessThanOrEqual(30);
    });

    it('verifies a callback in ten lines', async () => {
      const { said } = await run(verifying?.text);
      await record('pay_verified');
      expect((await said.next()).value).toBe('pay_verified SUCCEEDED');
      const secrets = environment.ENDPOINT_SECRET ?? '';
      const { method, headers, body } = signedCallback(sampleOutcome(), { secrets });
      expect((await fetch(url, { method, headers, body: `${body} ` })).status).toBe(401);
      expect((await fetch(url, { method, headers, body })).status).toBe(204);
      expect((await said.next()).value).toBe('pay_1 SUCCEEDED');
    });

    it('never misses one in thirty', async () => {
      const first = await run(receiving?.text);
      const told = ['pay_told_1', 'pay_told_2'];
      for (const transactionId of told) await record(transactionId);
      for (const transactionId of told) await becomes(transactionId, 'delivered');
      await kill(first.child);

      const missed = ['pay_missed_1', 'pay_missed_2', 'pay_missed_3'];
      for (const transactionId of missed) await record(transactionId);
      for (const transactionId of missed) await becomes(transactionId, 'exhausted');

      const { said } = await run(receiving?.text);
      let found = 0;
      // The one of the test before was never told to this program: it is missing too.
      while (found < missed.length + 1) {
        const { value } = await said.next();
        found += Number(
          /^everything through .+ is applied; (\d+) callbacks had been missed$/.exec(value ?? '')?.[1] ?? 0,
        );
      }
      const db = new DatabaseSync(join(project, 'shop.db'));
      expect(db.prepare('SELECT id, status FROM payments ORDER BY id').all()).toEqual(
        ['pay_verified', ...told, ...missed].sort().map((id) => ({ id, status: 'SUCCEEDED' })),
      );
      db.close();
      for (const transactionId of missed) expect(await statesOf(transactionId)).toBe('acknowledged');
    });

    it('shows code that has the right types', () => {
      const files = blocks
        .filter(({ language }) => language === 'ts')
        .map(({ text }, index) => {
          writeFileSync(join(project, `block-${index}.mts`), text);
          return `block-${index}.mts`;
        });
      expect(files).toHaveLength(4);
      checkTypes(project, files, ['@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb']);
    });

    it('shows a test that prints what its comments say', () => {
      const text = blocks.at(-1)?.text ?? '';
      writeFileSync(join(project, 'test.mts'), text);
      const printed = execFileSync(process.execPath, ['test.mts'], { cwd: project, encoding: 'utf8' });
      const promised = [...text.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, comment]) => comment);
      expect(printed.trimEnd().split('\n')).toEqual(promised);
    });
  });
}

async function listens(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
