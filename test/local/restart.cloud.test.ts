import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { commandLine } from '../../lib/local/dynamodb/process.ts';
import { eventually } from '../support/eventually.ts';
import { resourceOf, useLocalCloud } from './fixture/harness.ts';

const fixture = await useLocalCloud();
/** By data directory. */
const children = new Map<string, ChildProcess>();

// Only after a failure is anything left: the cloud, and the database that outlives it.
afterAll(() => {
  for (const [dataDir, child] of children) {
    child.kill('SIGKILL');
    const pidFile = join(dataDir, 'dynamodb.pid');
    const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0;
    if (pid > 0 && commandLine(pid).includes(dataDir)) process.kill(pid, 'SIGKILL');
  }
  children.clear();
});

/** A cloud in a process of its own. */
async function spawnCloud(assemblyDir: string, dataDir: string) {
  const script = fileURLToPath(new URL('./fixture/run-cloud.ts', import.meta.url));
  const child = spawn(process.execPath, [script, assemblyDir, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.set(dataDir, child);
  const lines: { source: string; line: string }[] = [];
  const reader = createInterface(child.stdout);
  const ready = new Promise<{ apiUrl: string }>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The cloud ended with ${code}`)));
    reader.on('line', (text) => {
      const parsed = JSON.parse(text) as { apiUrl: string; source: string; line: string };
      if (parsed.apiUrl === undefined) lines.push(parsed);
      else resolve(parsed);
    });
  });
  const { apiUrl } = await ready;
  return {
    apiUrl,
    /** Ids of the things that the relay has handled. */
    relayed: () => relayedIn(lines),
    /** @returns the exit code. */
    terminate: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = await exit;
      children.delete(dataDir);
      return code as unknown;
    },
    kill: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

function relayedIn(lines: readonly { readonly line: string }[]): string[] {
  return lines
    .filter(({ line }) => line.startsWith('{"relayed"'))
    .flatMap(({ line }) => (JSON.parse(line) as { relayed: string[] }).relayed)
    .map((pk) => pk.slice(2));
}

describe('a cloud that is killed and started again', () => {
  it('loses no message, no row and no stream record, and repeats none that was checkpointed', async () => {
    const dataDir = fixture.newDataDir();
    const holdQueue = fixture.assembly((template) => {
      resourceOf(template, 'AWS::Lambda::EventSourceMapping', 'Work').properties.Enabled = false;
    });
    const first = await spawnCloud(holdQueue, dataDir);
    const put = async (id: string) =>
      (await fetch(`${first.apiUrl}/things/${id}`, { method: 'PUT', body: '{}' })).status;

    // Relayed and checkpointed: a later batch comes only after the checkpoint of the earlier one.
    expect(await put('early')).toBe(201);
    await eventually(first.relayed, (seen) => expect(seen).toContain('early'));
    expect(await put('next')).toBe(201);
    await eventually(first.relayed, (seen) => expect(seen).toContain('next'));

    // Killed under load: every outcome that was answered 201 must be delivered.
    const acknowledged: string[] = ['early', 'next'];
    const writing = Array.from({ length: 4 }, async (_, writer) => {
      for (let index = 0; ; index += 1) {
        const id = `load-${writer}-${index}`;
        if ((await put(id)) === 201) acknowledged.push(id);
      }
    });
    await eventually(
      () => acknowledged.length,
      (seen) => expect(seen).toBeGreaterThan(40),
    );
    const orphan = Number(readFileSync(join(dataDir, 'dynamodb.pid'), 'utf8'));
    const written = Promise.allSettled(writing);
    await first.kill();
    await written;
    expect(commandLine(orphan)).toContain(dataDir);

    const { cloud, result, item, lines } = await fixture.start({ dataDir });
    expect(commandLine(orphan)).toBe('');
    for (const id of acknowledged) {
      await eventually(
        () => result(id),
        (seen) => expect(seen).toBeDefined(),
      );
      expect(await item(`T#${id}`, 'THING')).toBeDefined();
    }
    expect(relayedIn(lines)).not.toContain('early');
    // And it goes on working.
    await fetch(`${cloud.apiUrl}/things/late`, { method: 'PUT', body: '{}' });
    await eventually(
      () => result('late'),
      (seen) => expect(seen).toMatchObject({ runs: 1 }),
    );
  });

  it('leaves no open handle when it is stopped: its process ends by itself', async () => {
    const dataDir = fixture.newDataDir();
    const { apiUrl, terminate } = await spawnCloud(fixture.assembly(), dataDir);
    expect((await fetch(`${apiUrl}/things/x`, { method: 'PUT', body: '{}' })).status).toBe(201);
    expect(await terminate()).toBe(0);
    expect(existsSync(join(dataDir, 'dynamodb.pid'))).toBe(false);
  });

  it('brings a batch again that was under way, since its checkpoint was not written', async () => {
    const dataDir = fixture.newDataDir();
    const first = await spawnCloud(
      fixture.assembly((template) => {
        resourceOf(template, 'AWS::Lambda::EventSourceMapping', 'Relay').properties.MaximumRetryAttempts = -1;
      }),
      dataDir,
    );
    await fetch(`${first.apiUrl}/things/stuck`, { method: 'PUT', body: '{"poison":true}' });
    await eventually(first.relayed, (seen) => expect(seen).toContain('stuck'));
    await first.kill();
    const { result } = await fixture.start({ dataDir, environment: { TOLERANT: 'yes' } });
    await eventually(
      () => result('stuck'),
      (seen) => expect(seen).toMatchObject({ runs: 1 }),
    );
  });
});
