import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent } from 'undici';
import { awsClient } from '../aws/aws-client.ts';
import { LocalCloudError, messageOf } from '../errors.ts';
import { forwardLines } from '../logging/log.ts';
import { dynoxideCommand } from './binary.ts';

/** A dynoxide process that answers requests. */
export interface DynoxideProcess {
  /** Resolves with how the process ended, for any reason. */
  readonly ended: Promise<string>;
  end(): Promise<void>;
}

/** Where dynoxide stores its data and listens. */
export interface DynoxidePlace {
  readonly databasePath: string;
  /** File with the process id, so that a later run can find the process if it is still running. */
  readonly pidPath: string;
  readonly host: string;
  readonly port: number;
}

/** Long enough for npm to fetch the binary first. */
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 3_000;
const POLL_MS = 10;
/** Maximum lines of its output that are shown if it does not start. */
const MAX_LINES = 20;

/**
 * Starts dynoxide and waits until it answers.
 * @throws LocalCloudError `dynamodb_unavailable` with the output of the process
 */
export async function launchDynoxide({
  databasePath,
  pidPath,
  host,
  port,
}: DynoxidePlace): Promise<DynoxideProcess> {
  const { command, arguments: leading } = dynoxideCommand();
  const place = ['--host', host, '--port', String(port), '--db-path', databasePath];
  const child = spawn(command, [...leading, ...place], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own process group: Ctrl-C reaches only us, so running functions keep their table until we stop it.
    detached: true,
  });
  const lines: string[] = [];
  for (const output of [child.stdout, child.stderr]) {
    forwardLines(output, (line) => {
      if (lines.length < MAX_LINES) lines.push(line);
    });
  }
  const killChild = () => endGroup(child, 'SIGKILL');
  process.once('exit', killChild);
  const ended = new Promise<string>((settle) => {
    child.once('error', (error) => settle(messageOf(error)));
    child.once('exit', (code, name) => settle(`it ended with ${name ?? code}`));
  }).finally(() => process.off('exit', killChild));
  if (child.pid !== undefined) writeFileSync(pidPath, String(child.pid));

  const failure = await Promise.race([whenAnswering(`http://${host}:${port}`), ended]);
  if (failure !== undefined) {
    endGroup(child, 'SIGKILL');
    throw startFault(databasePath, `dynoxide (${command}) did not start: ${failure}. ${lines.join(' ')}`);
  }
  return {
    ended,
    async end() {
      endGroup(child, 'SIGTERM');
      const timer = setTimeout(() => endGroup(child, 'SIGKILL'), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(timer);
      rmSync(pidPath, { force: true });
    },
  };
}

/** What SQLite says of a file that it cannot read or write, and what helps. */
const FILE_FAULTS = [
  {
    said: /malformed|not a valid SQLite database/,
    code: 'data_dir_damaged',
    advice: 'is damaged. Delete the data directory, or choose another one.',
  },
  {
    said: /disk I\/O error|is full|readonly/,
    code: 'dynamodb_unavailable',
    advice: 'cannot be written. Is the disk full?',
  },
] as const;

function startFault(databasePath: string, how: string): LocalCloudError {
  const fault = FILE_FAULTS.find(({ said }) => said.test(how));
  if (fault !== undefined) return new LocalCloudError(fault.code, `${how}\n${databasePath} ${fault.advice}`);
  const advice = 'Set TIDINGS_DYNOXIDE_BIN to its binary, or TIDINGS_DYNAMODB_ENDPOINT to another DynamoDB.';
  return new LocalCloudError('dynamodb_unavailable', `${how}\n${advice}`);
}

/** @returns `undefined` once it answers, otherwise the reason why it did not answer in time */
async function whenAnswering(endpoint: string): Promise<string | undefined> {
  const connections = new Agent();
  const call = awsClient('dynamodb', endpoint, { connections });
  let reason = 'no answer';
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; ) {
    try {
      await call('ListTables', {});
      await connections.close();
      return undefined;
    } catch (error) {
      reason = messageOf(error);
      await delay(POLL_MS);
    }
  }
  return `no answer in ${START_TIMEOUT_MS / 1000} s (${reason})`;
}

/**
 * Ends the process that the pid file names, but only if its command line names our database. Another process may have
 * that number by now.
 */
export async function endOrphan({
  pidPath,
  databasePath,
}: Omit<DynoxidePlace, 'host' | 'port'>): Promise<void> {
  if (!existsSync(pidPath)) return;
  const pid = Number(readFileSync(pidPath, 'utf8'));
  if (Number.isInteger(pid) && pid > 1 && commandLine(pid).includes(databasePath)) {
    // Signal the group: under npm the emulator is a child of the process that we know.
    signal(-pid, 'SIGKILL');
    while (commandLine(pid).includes(databasePath)) await delay(POLL_MS);
  }
  rmSync(pidPath, { force: true });
}

/** The command line of a process; empty if there is no such process or it is a zombie. */
export function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux')
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

function endGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
    signal(-child.pid, name);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // The process has already ended.
  }
}
