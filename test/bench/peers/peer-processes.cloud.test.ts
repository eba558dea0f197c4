import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { killPeer, processesOf } from '../../../bench/peers/peer-processes.ts';

let directory: string;
let server: ChildProcess;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidings-peers-'));
  server = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
});
afterEach(() => {
  server.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

const peerOf = (processes: Record<string, number | string>) => ({ name: 'peer', processes });

describe('the processes of a peer', () => {
  it('are given by id, or by a command that prints ids', () => {
    const pid = server.pid ?? 0;
    expect(processesOf(peerOf({ server: pid, workers: `echo ${pid}; echo ${process.pid}` }))).toEqual([
      { name: 'peer server', pid },
      { name: 'peer workers', pid },
      { name: 'peer workers', pid: process.pid },
    ]);
  });

  it('are looked up again at each call, as a restart gives other ids', () => {
    const file = join(directory, 'server.pid');
    const peer = peerOf({ server: `cat ${file}` });
    writeFileSync(file, `${process.pid}\n`);
    expect(processesOf(peer)[0]?.pid).toBe(process.pid);
    writeFileSync(file, `${server.pid}\n`);
    expect(processesOf(peer)[0]?.pid).toBe(server.pid);
  });

  it('must run', async () => {
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
    const { pid = 0 } = server;
    expect(() => processesOf(peerOf({ server: pid }))).toThrow(
      `peer: process server: no process has the id ${pid}.`,
    );
  });

  it.each(['false', 'true', 'echo none', 'exit 3'])('say that the command %s printed none', (command) => {
    expect(() => processesOf(peerOf({ server: command }))).toThrow(
      `peer: process server: the command ${command} printed no process ids`,
    );
  });
});

describe('killing a peer', () => {
  it('kills with SIGKILL, and then runs the command that starts it again', async () => {
    const exited = once(server, 'exit');
    const file = join(directory, 'started');
    const peer = peerOf({ server: server.pid ?? 0 });
    await killPeer(peer, { processes: ['server'], restart: `echo yes > ${file}` });
    expect(await exited).toEqual([null, 'SIGKILL']);
    expect(readFileSync(file, 'utf8')).toBe('yes\n');
  });

  it('leaves the killing to a command that does both', async () => {
    const exited = once(server, 'exit');
    await killPeer(peerOf({}), { command: `kill -9 ${server.pid}` });
    expect(await exited).toEqual([null, 'SIGKILL']);
  });

  it('says which command failed', async () => {
    await expect(killPeer(peerOf({}), { command: 'exit 4' })).rejects.toThrow(
      'peer: the command exit 4 failed with exit status 4.',
    );
  });
});
