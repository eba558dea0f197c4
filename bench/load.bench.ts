import { optionsOrExit } from '../bin/operating/command-options.ts';
import { printable } from '../lib/printable.ts';
import setup from '../test/support/synthesized.ts';
import { LOAD_HELP, type LoadPlan, loadPlanOf } from './load/load-options.ts';
import { unreadableBecause } from './load/measure/processes.ts';
import { openSink } from './load/measure/sink.ts';
import { comparisonOf, flatnessOf } from './load/report/last-run.ts';
import { loadTables } from './load/report/load-tables.ts';
import { loadPlot } from './load/report/plot.ts';
import type { LoadResult } from './load/report/result.ts';
import { readResult, thisMachine, writeReport } from './load/report/saved-result.ts';
import { runWays, type WaysRun } from './load/run-ways.ts';
import { createProgress } from './print/progress.ts';

/** @returns whether everything that was accepted reached the receiver */
async function main(plan: LoadPlan): Promise<boolean> {
  await setup();
  const before = readResult(plan.out);
  const result: LoadResult = {
    at: new Date().toISOString(),
    machine: thisMachine(),
    ...(await measured(plan)),
  };
  writeReport(plan.out, `${JSON.stringify(result, null, 2)}\n`);
  writeReport(plan.plot, loadPlot(result));
  const unreadable = unreadableBecause();
  const texts = [
    loadTables(result),
    flatnessOf(result.scenes),
    before === undefined ? '' : comparisonOf(result, before),
    unreadable === undefined ? '' : `${unreadable}.`,
    `Results: ${plan.out}, plot: ${plan.plot}`,
  ];
  process.stdout.write(`${texts.filter((text) => text !== '').join('\n\n')}\n`);
  return result.scenes.every(({ missing }) => missing === 0);
}

async function measured({ scenes, settleSeconds }: LoadPlan): Promise<WaysRun> {
  const progress = createProgress();
  const sink = await openSink();
  try {
    return await runWays({
      scenes,
      sink,
      settleSeconds,
      show: (doing, share) => progress.show(share, doing),
    });
  } finally {
    await sink.close();
    progress.end();
  }
}

const plan = optionsOrExit('npm run bench:load', () => loadPlanOf(process.argv.slice(2)));
if (plan === undefined) process.stdout.write(LOAD_HELP);
else {
  // By way of 'exit', which also stops the local cloud.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(130));
  try {
    process.exit((await main(plan)) ? 0 : 1);
  } catch (error) {
    process.stderr.write(`${printable(String((error as Error).stack))}\n`);
    process.exit(1);
  }
}
