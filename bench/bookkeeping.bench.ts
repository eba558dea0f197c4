import { parseArgs } from 'node:util';
import { measureVirtually } from './bookkeeping/virtual-window.ts';
import { measureCosts, NOTHING, type PieceCost, processorSeconds } from './bookkeeping/window-costs.ts';
import { type WindowLoad, WORKS } from './bookkeeping/window-load.ts';
import { type Budget, printBudgets } from './print/budgets.ts';
import { createProgress } from './print/progress.ts';
import { tableOf } from './print/text-table.ts';

const HELP = `Usage: npm run bench:bookkeeping -- [options]

Whether one window of all merchants is closed within a minute, and audited within a minute. Four invocations share the
merchants, as in the template. The time of the slowest is the sum of two parts:
  waits      the real use cases on memory under a virtual clock, --call-ms for each request to the table
  processor  the real use cases and adapters against a table in another process. The time of this process is measured on
             fewer merchants and rows, and scaled to the load and to the part of a processor that the memory buys

  --idle N       merchants that record nothing (50000)
  --rows N       rows of one more merchant in the window (300000)
  --call-ms N    virtual milliseconds of each request to the table (5)
  --help         show this text
`;

const MAX_SECONDS = 60;

interface Options {
  readonly idle: number;
  readonly rows: number;
  readonly callMs: number;
}

async function main({ idle, rows, callMs }: Options): Promise<boolean> {
  const progress = createProgress();
  progress.show(0, 'processor time of close and audit');
  const costs = await measureCosts();
  const scenarios: readonly (readonly [string, WindowLoad])[] = [
    [`${idle} merchants without rows`, { ...NOTHING, idle }],
    [`${rows} ends of one merchant`, { ...NOTHING, rows }],
    [`${rows} ends after a PENDING, and ${idle} merchants`, { idle, rows, isAfterPending: true }],
  ];
  const lines: string[][] = [];
  const budgets: Budget[] = [];
  for (const [number, [name, load]] of scenarios.entries()) {
    progress.show((number + 1) / (scenarios.length + 1), name);
    const { seconds, closedRows, events } = await measureVirtually(load, callMs);
    if (closedRows !== load.rows || events.length > 0) throw new Error(`${closedRows} rows, ${events[0]}`);
    for (const work of WORKS) {
      const waits = seconds[work];
      const processor = processorSeconds(costs, load, work);
      const what = `${work}: ${name}`;
      lines.push([what, waits.toFixed(1), processor.toFixed(1)]);
      budgets.push({ what: `${what} (s)`, found: waits + processor, max: MAX_SECONDS, show });
    }
  }
  progress.end();
  process.stdout.write(`${tableOf(['each', 'processor ms', 'table requests'], costs.map(lineOf))}\n\n`);
  const titles = [`slowest of four, ${callMs} ms a request`, 'waits (s)', 'processor (s)'];
  process.stdout.write(`${tableOf(titles, lines)}\n\n`);
  return printBudgets(budgets);
}

const show = (seconds: number) => seconds.toFixed(1);

function lineOf({ work, name, processorMs, tableCalls }: PieceCost): string[] {
  return [`${work}: ${name}`, processorMs.toFixed(3), tableCalls.toFixed(3)];
}

const { values } = parseArgs({
  options: {
    idle: { type: 'string', default: '50000' },
    rows: { type: 'string', default: '300000' },
    'call-ms': { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else {
  const isWithin = await main({
    idle: Number(values.idle),
    rows: Number(values.rows),
    callMs: Number(values['call-ms']),
  });
  process.exit(isWithin ? 0 : 1);
}
