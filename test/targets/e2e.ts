import { writeFileSync } from 'node:fs';
import { printableLines } from '../../lib/printable.ts';
import { journeys } from './journeys/all-journeys.ts';
import { type E2eOptions, HELP, readOptions } from './options.ts';
import { openTarget } from './starters/open-target.ts';
import { reachTarget } from './suite/reach.ts';
import { endLine, markdown, type RunReport, tableText } from './suite/report-text.ts';
import { runJourneys } from './suite/run-journeys.ts';
import { UsageError } from './target.ts';

const write = (text: string) => void process.stdout.write(`${text}\n`);
const note = (text: string) => void process.stderr.write(`${printableLines(text)}\n`);

async function run(options: E2eOptions): Promise<RunReport> {
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

function publish(report: RunReport, files: readonly string[]): void {
  for (const { journey, failure } of report.journeys) {
    if (failure !== undefined) note(`\n✗ ${journey}\n${failure}`);
  }
  note('');
  write(tableText(report));
  for (const file of files) {
    writeFileSync(file, file.endsWith('.json') ? `${JSON.stringify(report, null, 2)}\n` : markdown(report));
  }
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  if (options === 'list') {
    for (const { name, shows } of journeys) write(`${name.padEnd(16)}  ${shows}`);
    return 0;
  }
  const report = await run(options);
  publish(report, options.reports);
  return report.journeys.some(({ result }) => result === 'failed') ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isExpected = error instanceof UsageError;
  const { message, stack = message } = error as Error;
  note(isExpected ? `${message}\nnpm run e2e -- --help shows all options.` : stack);
  process.exitCode = 2;
}
