import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KillPlan } from './effects.ts';
import type { Played } from './stage.ts';
import type { Surroundings } from './surroundings.ts';

/** Lessons seen from outside: processes that are started, may be killed, and are restarted until they end. */

export const LESSONS = [
  'best-effort',
  'local-message-table',
  'transactional-message',
  'state-table',
  'saga',
  'choreography',
  'tcc',
  'two-phase-commit',
  'three-phase-commit',
  'event-sourcing',
  'repeated-execution',
  'compensation-by-state',
  'retry-rollback-alarm',
] as const;
export type LessonName = (typeof LESSONS)[number];

export function isLesson(name: string): name is LessonName {
  return LESSONS.some((lesson) => lesson === name);
}

const FOLDER = fileURLToPath(new URL('..', import.meta.url));

/** The comment at the top of a lesson, line by line. */
export function headOf(name: LessonName): readonly string[] {
  const text = readFileSync(join(FOLDER, `${name}.ts`), 'utf8');
  const [, comment = ''] = /^\/\*\*\n(.*?)^ \*\//ms.exec(text) ?? [];
  return comment.split('\n').map((line) => line.replace(/^ \* ?/, ''));
}

/** One run of a lesson. Its stores are in `dir`; its transaction ids start with `run`. */
export interface Run {
  readonly name: LessonName;
  readonly dir: string;
  readonly run: string;
  readonly surroundings: Surroundings;
  readonly occurredAt: string;
}

export function newRun(
  name: LessonName,
  options: { readonly dir: string; readonly surroundings: Surroundings },
): Run {
  mkdirSync(options.dir, { recursive: true });
  const run = `${name.replaceAll('-', '')}${Math.random().toString(36).slice(2, 8)}`;
  return { name, run, occurredAt: new Date().toISOString(), ...options };
}

/** How a start ended. */
export type Started =
  | { readonly kind: 'ended'; readonly output: string; readonly played: Played }
  /** Killed at the effect that the plan names. */
  | { readonly kind: 'killed'; readonly output: string }
  | { readonly kind: 'broken'; readonly output: string };

/** A lesson takes a second or two. One that hangs is killed and counts as broken. */
const START_TIMEOUT_MS = 60_000;

/**
 * Starts the lesson once.
 *
 * @param start number of the start; the first is 1
 * @param stdio `inherit` shows the output on this terminal, `pipe` returns it as `output`
 */
export async function startLesson(
  { name, dir, run, surroundings, occurredAt }: Run,
  {
    start,
    kill,
    stdio,
  }: { readonly start: number; readonly kill?: KillPlan; readonly stdio: 'inherit' | 'pipe' },
): Promise<Started> {
  const [killedFile, playedFile] = [join(dir, 'killed'), join(dir, 'played.json')];
  for (const file of [killedFile, playedFile]) rmSync(file, { force: true });
  const { EXAMPLE_KILL: _, ...env } = process.env;
  const child = spawn(process.execPath, [join(FOLDER, `${name}.ts`)], {
    stdio: ['ignore', stdio, stdio],
    timeout: START_TIMEOUT_MS,
    env: {
      ...env,
      ...surroundings.environment,
      EXAMPLE_DIR: dir,
      EXAMPLE_RUN: run,
      EXAMPLE_OCCURRED_AT: occurredAt,
      EXAMPLE_START: String(start),
      ...(kill !== undefined && { EXAMPLE_KILL: `${kill.at}:${kill.effect}` }),
    },
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => chunks.push(String(text)));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  const output = chunks.join('');
  if (signal === 'SIGKILL' && existsSync(killedFile)) return { kind: 'killed', output };
  if (code !== 0 || !existsSync(playedFile))
    return { kind: 'broken', output: `${output}\n${code ?? signal}` };
  return { kind: 'ended', output, played: JSON.parse(readFileSync(playedFile, 'utf8')) as Played };
}
