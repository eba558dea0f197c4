import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { WatchedProcess } from '../load/target/load-target.ts';
import type { KillSettings, PeerSettings, ProcessSource } from './file/peers-file.ts';
import { PeerFault } from './products/peer-http.ts';

const COMMAND_MS = 60_000;

/**
 * The processes of a peer now. Commands run again at each call, because a restart gives new process ids.
 * @throws PeerFault if a process does not run, or a command fails or prints no process id
 */
export function processesOf({
  name,
  processes,
}: Pick<PeerSettings, 'name' | 'processes'>): readonly WatchedProcess[] {
  return Object.entries(processes).flatMap(([part, source]) =>
    pidsOf(source, `${name}: process ${part}`).map((pid) => ({ name: `${name} ${part}`, pid })),
  );
}

function pidsOf(source: ProcessSource, what: string): readonly number[] {
  const pids = typeof source === 'number' ? [source] : printedPids(source, what);
  const dead = pids.find((pid) => !isRunning(pid));
  if (dead !== undefined) throw new PeerFault(`${what}: no process has the id ${dead}.`);
  return pids;
}

function printedPids(command: string, what: string): readonly number[] {
  const { status, stdout } = spawnSync('sh', ['-c', command], { encoding: 'utf8', timeout: COMMAND_MS });
  const words = (stdout ?? '').split(/\s+/).filter((word) => word !== '');
  if (status === 0 && words.length > 0 && words.every((word) => /^\d{1,10}$/.test(word)))
    return words.map(Number);
  throw new PeerFault(`${what}: the command ${command} printed no process ids (exit status ${status}).`);
}

function isRunning(pid: number): boolean {
  // A signal may be refused for a process of another user, so look where CPU and memory are read.
  if (existsSync('/proc/self')) return existsSync(`/proc/${pid}`);
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Kills a peer as its settings say, and runs the command that starts it again.
 * @throws PeerFault if a process cannot be killed, or a command fails or does not return
 */
export async function killPeer(
  peer: Pick<PeerSettings, 'name' | 'processes'>,
  kill: KillSettings,
): Promise<void> {
  if ('command' in kill) return run(kill.command, peer.name);
  for (const part of kill.processes) {
    const source = peer.processes[part];
    if (source === undefined) throw new PeerFault(`${peer.name} has no process ${part}.`);
    for (const pid of pidsOf(source, `${peer.name}: process ${part}`)) killNow(pid, peer.name);
  }
  await run(kill.restart, peer.name);
}

function killNow(pid: number, name: string): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    throw new PeerFault(
      `${name}: process ${pid} cannot be killed: ${(error as NodeJS.ErrnoException).code}.`,
    );
  }
}

/** What the command starts in the background may go on after it. */
async function run(command: string, name: string): Promise<void> {
  const child = spawn('sh', ['-c', command], { stdio: 'ignore', timeout: COMMAND_MS });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code === 0) return;
  throw new PeerFault(
    code === null
      ? `${name}: the command ${command} did not return within ${COMMAND_MS / 1000} s.`
      : `${name}: the command ${command} failed with exit status ${code}.`,
  );
}
