import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Books, faultsOf, isHolding, readBooks, standingOf } from '../../examples/shared/books.ts';
import type { KillPlan } from '../../examples/shared/effects.ts';
import { type LessonName, newRun, type Run, startLesson } from '../../examples/shared/lessons.ts';
import type { Played } from '../../examples/shared/stage.ts';
import type { Surroundings } from '../../examples/shared/surroundings.ts';
import { isAdmitted } from './admitted.ts';

/** What is found when a lesson is killed before and after each of its effects, one run for each. */
export interface Measurement {
  readonly effects: number;
  /** Messages, answers included, of each transaction of a run that is not killed. */
  readonly messages: Readonly<Record<string, number>>;
  readonly kills: number;
  /** Kills that left money between two accounts until the next start. */
  readonly halfDone: number;
  /** Kills that left something locked, frozen or reserved until the next start. */
  readonly held: number;
  /** Kills after which a transaction ended otherwise than it would have. */
  readonly otherwise: number;
  /** What was found that must not be: a sentence each. */
  readonly wrong: readonly string[];
}

/** What ledgers and Tidings say at one moment. */
interface Scene {
  readonly books: Books;
  readonly transactions: readonly Transaction[];
}

interface Transaction {
  readonly name: string;
  readonly standing: ReturnType<typeof standingOf>;
  readonly isHolding: boolean;
  readonly status: string | undefined;
}

/** A lesson that is killed once ends with its next start; a few more are for one that must wait to be asked. */
const MAX_STARTS = 3;

export async function measure(
  name: LessonName,
  options: { readonly dir: string; readonly surroundings: Surroundings },
): Promise<Measurement> {
  const runIn = (place: string) => newRun(name, { ...options, dir: join(options.dir, place) });
  const whole = runIn('whole');
  const played = await playWhole(whole);
  const end = await sceneOf(whole, played);
  const wrong = wrongOf(name, end).map((sentence) => `not killed: ${sentence}`);
  wrong.push(...(await playAgain(whole, { played, end })));
  wrong.push(...(await dieOften(runIn('often'), { played, end })));

  const kills: Kill[] = [];
  for (let effect = 1; effect <= played.effects; effect += 1) {
    for (const at of ['before', 'after'] as const) {
      kills.push(await kill(runIn(`${at}-${effect}`), { plan: { at, effect }, played, end }));
    }
  }
  const count = (has: (kill: Kill) => boolean) => kills.filter(has).length;
  return {
    effects: played.effects,
    messages: played.messages,
    kills: kills.length,
    halfDone: count(({ isHalfDone }) => isHalfDone),
    held: count(({ isHeld }) => isHeld),
    otherwise: count(({ isOtherwise }) => isOtherwise),
    wrong: [...wrong, ...kills.flatMap((one) => one.wrong)],
  };
}

interface Kill {
  readonly isHalfDone: boolean;
  readonly isHeld: boolean;
  readonly isOtherwise: boolean;
  readonly wrong: readonly string[];
}

interface Whole {
  readonly played: Played;
  readonly end: Scene;
}

async function playWhole(run: Run): Promise<Played> {
  const started = await startLesson(run, { start: 1, stdio: 'pipe' });
  if (started.kind !== 'ended') throw new Error(`${run.name} did not end:\n${started.output}`);
  return started.played;
}

/** One run that is killed at one effect, looked at while it is dead, and started again until it ends. */
async function kill(run: Run, { plan, played, end }: Whole & { readonly plan: KillPlan }): Promise<Kill> {
  const killed = await startLesson(run, { start: 1, kill: plan, stdio: 'pipe' });
  // A run in which the kill did not happen shows nothing.
  if (killed.kind !== 'killed')
    throw new Error(`${run.name} was not killed ${plan.at} ${plan.effect}:\n${killed.output}`);
  const dead = await sceneOf(run, played);
  const output = [killed.output];
  const isEnded = await playOn(run, output);
  const final = await sceneOf(run, played);
  const wrong = [...contradictionsOf(dead), ...(isEnded ? wrongOf(run.name, final) : ['it did not end'])];
  return {
    isHalfDone: dead.transactions.some(({ standing }) => standing === 'half done'),
    isHeld: dead.transactions.some((one) => one.isHolding),
    isOtherwise: statusesOf(final) !== statusesOf(end),
    wrong: wrong.map((sentence) => `killed ${plan.at} ${plan.effect}: ${sentence}\n${output.join('')}`),
  };
}

async function playOn(run: Run, output: string[]): Promise<boolean> {
  for (let start = 2; start < 2 + MAX_STARTS; start += 1) {
    const started = await startLesson(run, { start, stdio: 'pipe' });
    output.push(started.output);
    if (started.kind === 'ended') return true;
  }
  return false;
}

/** A lesson that has ended and is started again finds nothing to do. */
async function playAgain(run: Run, { played, end }: Whole): Promise<readonly string[]> {
  const started = await startLesson(run, { start: 2, stdio: 'pipe' });
  const again = await sceneOf(run, played);
  const isSame = isDeepStrictEqual(again, end);
  return started.kind === 'ended' && isSame
    ? []
    : [`started again, it changed what stood:\n${started.output}`];
}

/** Killed after its first effect, started again and killed after the second of that start, and so on, it ends all the same. */
async function dieOften(run: Run, { played }: Whole): Promise<readonly string[]> {
  const output: string[] = [];
  for (let start = 1; start <= played.effects + 1; start += 1) {
    const started = await startLesson(run, { start, kill: { at: 'after', effect: start }, stdio: 'pipe' });
    output.push(started.output);
    if (started.kind === 'killed') continue;
    if (started.kind === 'broken') break;
    return wrongOf(run.name, await sceneOf(run, played)).map((sentence) => `killed often: ${sentence}`);
  }
  return [`killed again and again, it does not end:\n${output.join('')}`];
}

async function sceneOf(played: Run, { orders }: Played): Promise<Scene> {
  const { run, surroundings } = played;
  const statuses = await Promise.all(orders.map((name) => surroundings.ask(`${run}_${name}`)));
  // Read after Tidings was asked: what it said must have been true already.
  const books = await readBooks(played);
  const transactions = orders.map((name, index) => ({
    name,
    standing: standingOf(books, `${run}_${name}`),
    isHolding: isHolding(books, `${run}_${name}`),
    status: statuses[index],
  }));
  return { books, transactions };
}

const CLAIMS: Readonly<Record<string, Transaction['standing']>> = {
  SUCCEEDED: 'moved',
  FAILED: 'unmoved',
  CLOSED: 'unmoved',
};

/** Outcomes that were announced and are not what the ledgers say: at no moment may there be any. */
function contradictionsOf({ transactions }: Scene): readonly string[] {
  return transactions
    .filter(({ status, standing }) => (CLAIMS[status ?? ''] ?? standing) !== standing)
    .map(({ name, status, standing }) => `${name} was announced as ${status}, and is ${standing}`);
}

/** What must not be when a lesson has ended, but for what its head admits. */
function wrongOf(lesson: LessonName, scene: Scene): readonly string[] {
  const open = scene.transactions.filter(
    (one) => !(one.status !== undefined && one.status in CLAIMS) || one.isHolding,
  );
  const notAdmitted = open.filter((one) => !isAdmitted(lesson, one));
  // Money that an admitted inconsistency has made or lost is admitted with it.
  const faults = notAdmitted.length === open.length ? faultsOf(scene.books) : [];
  return [
    ...faults,
    ...contradictionsOf(scene),
    ...notAdmitted.map(
      ({ name, status, standing }) => `${name} is ${standing}, ${status ?? 'not announced'}, or held`,
    ),
  ];
}

function statusesOf({ transactions }: Scene): string {
  return transactions.map(({ name, status }) => `${name} ${status}`).join();
}
