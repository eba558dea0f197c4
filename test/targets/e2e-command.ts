import { writeFileSync } from 'node:fs';
import { printableLines } from '../../lib/printable.ts';
import { journeys } from './journeys/all-journeys.ts';
import { type E2eOptions, HELP, readOptions } from './options.ts';
import { openTarget } from './starters/open-target.ts';
import { reachTarget } from './suite/reach.ts';
import { endLine, markdown, type RunReport, tableText } from './suite/report-text.ts';
import { runJourneys } from './suite/run-journeys.ts';
import { UsageError } from './target.ts';

/** Where the command writes. */
export interface Output {
  /** Receives the results. */
  out(text: string): void;
  /** Receives progress and errors. */
  error(text: string): void;
}

type Note = (text: string) => void;

/**
 * `npm run e2e`. Returns the status with which the process is to end: 1 if a journey failed, 2 if it could not begin.
 * @param args what follows the command
 */
export async function e2eCommand(args: readonly string[], { out, error }: Output): Promise<number> {
  const note: Note = (text) => error(`${printableLines(text)}\n`);
  try {
    const options = readOptions(args);
    if (options === 'help') {
      out(HELP);
      return 0;
    }
    if (options === 'list') {
      for (const { name, shows } of journeys) out(`${name.padEnd(16)}  ${shows}\n`);
      return 0;
    }
    const report = await run(options, note);
    noteFailures(report, note);
    out(`${tableText(report)}\n`);
    writeReports(report, options.reports);
    return report.journeys.some(({ result }) => result === 'failed') ? 1 : 0;
  } catch (failure) {
    const isExpected = failure instanceof UsageError;
    const { message, stack = message } = failure as Error;
    note(isExpected ? `${message}\nnpm run e2e -- --help shows all options.` : stack);
    return 2;
  }
}

async function run(options: E2eOptions, note: Note): Promise<RunReport> {
  const beganMs = performance.now();
  const target = await openTarget(options, note);
  try {
    note(`${target.name}: ${target.apiUrl}`);
    const stage = await reachTarget(target);
    try {
      const reports = await runJourneys(stage, {
        journeys: options.journeys,
        onEnd: (report) => note(endLine(report)),
      });
      return {
        target: target.name,
        apiUrl: target.apiUrl,
        at: new Date().toISOString(),
        seconds: (performance.now() - beganMs) / 1_000,
        journeys: reports,
        repeats: Object.fromEntries(stage.api.repeats),
      };
    } finally {
      await stage.close();
    }
  } finally {
    await target.stop();
  }
}

function noteFailures(report: RunReport, note: Note): void {
  for (const { journey, failure } of report.journeys) {
    if (failure !== undefined) note(`\n✗ ${journey}\n${failure}`);
  }
  note('');
}

function writeReports(report: RunReport, files: readonly string[]): void {
  for (const file of files) {
    writeFileSync(file, file.endsWith('.json') ? `${JSON.stringify(report, null, 2)}\n` : markdown(report));
  }
}
