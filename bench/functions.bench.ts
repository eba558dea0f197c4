import { parseArgs } from 'node:util';
import setup from '../test/support/synthesized.ts';
import { measureWork, type WorkMeasured } from './functions/measure.ts';
import { startStandInAws } from './functions/stand-in-aws.ts';
import { WORK, type Work } from './functions/work.ts';
import { type Budget, printBudgets } from './print/budgets.ts';
import { createProgress } from './print/progress.ts';
import { tableOf } from './print/text-table.ts';
import { type DeployedFunction, deployedFunctions } from './template.ts';

const HELP = `Usage: npm run bench:functions -- [options]

What each function does for one notification: processor time, calls to AWS, and bytes of their requests. The real bundles
run in a Node process each. AWS and the receivers are a server in another process that answers at once,
by plain HTTP. So the times are those of the function's own process. They include everything that the SDK does, but not TLS.

  --only TEXT        only work whose name contains TEXT
  --notifications N  notifications that are measured a round (1,000)
  --rounds N         rounds; the one with the least processor time counts (3)
  --against DIR      measure the bundles in DIR (<function>/index.mjs) in turns with ours, such as those of an earlier version
  --cpu-prof DIR     write a CPU profile of each process into DIR
  --help             show this text
`;

interface Options {
  readonly only: string;
  readonly notifications: number;
  readonly rounds: number;
  readonly against: string | undefined;
  readonly profiles: string | undefined;
}

async function main(options: Options): Promise<boolean> {
  await setup();
  const functions = deployedFunctions();
  const aws = await startStandInAws();
  const progress = createProgress();
  const works = WORK.filter(({ name }) => name.includes(options.only));
  const rows: string[][] = [];
  const budgets: Budget[] = [];
  for (const [index, work] of works.entries()) {
    progress.show(index / works.length, work.name);
    const own = functionOf(functions, work);
    const bundles = [own.bundle, ...(options.against ? [`${options.against}/${own.name}/index.mjs`] : [])];
    const found = await measureWork({ ...options, aws, work, bundles, environment: own.environment });
    budgets.push({
      what: `calls to AWS: ${work.name}`,
      found: found[0]?.calls ?? Number.NaN,
      max: work.maxCalls,
      show: (calls) => calls.toFixed(2),
    });
    rows.push(...found.map((one, place) => rowOf(work, one, place > 0)));
  }
  progress.end();
  await aws.close();
  const titles = ['each', 'CPU ms', 'first 10', 'calls to AWS', 'bytes', 'heap MB', ''];
  process.stdout.write(`${tableOf(titles, rows)}\n\n`);
  return printBudgets(budgets);
}

function functionOf(functions: readonly DeployedFunction[], { functionName }: Work): DeployedFunction {
  const found = functions.find(({ name }) => name === functionName);
  if (found === undefined) throw new Error(`There is no function ${functionName}.`);
  return found;
}

/** Figures of one notification. */
function rowOf(work: Work, found: WorkMeasured, isOther: boolean): string[] {
  const { calls, bytes } = found;
  return [
    work.name,
    found.cpuMs.toFixed(3),
    found.firstCpuMs.toFixed(2),
    calls.toFixed(2),
    bytes.toFixed(0),
    (found.heapBytes / 1e6).toFixed(1),
    isOther ? 'against' : '',
  ];
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    notifications: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    against: { type: 'string' },
    'cpu-prof': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else {
  const isWithin = await main({
    only: values.only,
    notifications: Number(values.notifications),
    rounds: Number(values.rounds),
    against: values.against,
    profiles: values['cpu-prof'],
  });
  process.exit(isWithin ? 0 : 1);
}
