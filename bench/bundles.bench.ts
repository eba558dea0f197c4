import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import setup from '../test/support/synthesized.ts';
import { MAX_BUNDLE_BYTES, MAX_DELIVER_BYTES } from './bundles/bundle-bounds.ts';
import { bundleEmptyHandlers, clientsOf } from './bundles/empty-handlers.ts';
import { type InitTime, initTime } from './bundles/init-time.ts';
import { type Budget, printBudgets } from './print/budgets.ts';
import { createProgress } from './print/progress.ts';
import { tableOf } from './print/text-table.ts';
import { type DeployedFunction, deployedFunctions } from './template.ts';

const HELP = `Usage: npm run bench:bundles -- [options]

Measures the size of every function's bundle, as it is deployed, and what a new process takes to load it. For comparison,
it also loads an empty handler, bundled in the same way, that only opens the same SDK clients. The start of Node itself is
not included. Both are loaded in turn several times. The least processor time counts, because other load only adds to it.

Functions without a client are not in the budget: an empty handler without one loads in less than a millisecond.

Lambda gives a function of 1,769 MB one processor, and less memory the same share of one. The second table is computed from
the processor time by this rule; it is not measured.

  --rounds N    how often each is loaded (15)
  --only NAME   only this function
  --help        show this text
`;

const MAX_RATIO = 2;

/** Memory that Lambda gives a whole processor for. */
const WHOLE_PROCESSOR_MB = 1_769;
const MEMORY_SIZES_MB = [256, 512, 1_024, WHOLE_PROCESSOR_MB];

interface Measured extends DeployedFunction {
  readonly bytes: number;
  readonly clients: readonly string[];
  readonly init: InitTime;
  readonly empty: InitTime;
}

interface Options {
  readonly rounds: number;
  readonly only: string | undefined;
}

async function main({ rounds, only }: Options): Promise<boolean> {
  await setup();
  const progress = createProgress();
  const functions = deployedFunctions()
    .filter(({ name }) => only === undefined || name === only)
    .map((one) => ({ ...one, clients: clientsOf(one.bundle) }));
  if (functions.length === 0) throw new Error(`There is no function ${only}.`);
  progress.show(0, 'bundling empty handlers');
  const empties = bundleEmptyHandlers(functions.map(({ clients }) => clients));
  const measured: Measured[] = [];
  for (const [index, one] of functions.entries()) {
    progress.show(index / functions.length, one.name);
    const emptyBundle = empties.get(one.clients.join()) ?? '';
    const [inits, emptyInits]: [InitTime[], InitTime[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      inits.push(await initTime(one.bundle, one.environment));
      emptyInits.push(await initTime(emptyBundle, {}));
    }
    const bytes = statSync(one.bundle).size;
    measured.push({ ...one, bytes, init: least(inits), empty: least(emptyInits) });
  }
  progress.end();
  printMeasured(measured);
  printBySize(measured);
  return printBudgets(budgetsOf(measured));
}

function least(times: readonly InitTime[]): InitTime {
  return {
    cpuMs: Math.min(...times.map(({ cpuMs }) => cpuMs)),
    ms: Math.min(...times.map(({ ms }) => ms)),
  };
}

const ratioOf = ({ init, empty }: Measured) => init.cpuMs / empty.cpuMs;
const show = (ratio: number) => `${ratio.toFixed(2)}×`;
const kilobytes = (bytes: number) => (bytes / 1000).toFixed(0);

function printMeasured(measured: readonly Measured[]): void {
  const rows = measured.map((one) => [
    one.name,
    kilobytes(one.bytes),
    one.init.ms.toFixed(0),
    one.init.cpuMs.toFixed(0),
    one.empty.cpuMs.toFixed(0),
    show(ratioOf(one)),
    one.clients.join(', ') || 'none',
  ]);
  const titles = ['function', 'KB', 'init ms', 'CPU ms', 'empty CPU ms', '÷', 'SDK clients'];
  process.stdout.write(`${tableOf(titles, rows)}\n\n`);
}

function printBySize(measured: readonly Measured[]): void {
  const titles = ['init ms, computed, at', ...MEMORY_SIZES_MB.map((mb) => `${mb} MB`), 'as deployed'];
  const rows = measured.map(({ name, memoryMb, init }) => [
    name,
    ...[...MEMORY_SIZES_MB, memoryMb].map((mb) => initAt(mb, init).toFixed(0)),
  ]);
  process.stdout.write(`${tableOf(titles, rows)}\n\n`);
}

const initAt = (mb: number, { cpuMs }: InitTime) => (cpuMs * WHOLE_PROCESSOR_MB) / mb;

function budgetsOf(measured: readonly Measured[]): readonly Budget[] {
  const largest = (isDeliver: boolean) =>
    Math.max(
      0,
      ...measured.filter(({ name }) => (name === 'deliver') === isDeliver).map(({ bytes }) => bytes),
    );
  const showBytes = (bytes: number) => `${kilobytes(bytes)} KB`;
  return [
    { what: 'bundle of deliver', found: largest(true), max: MAX_DELIVER_BYTES, show: showBytes },
    { what: 'largest other bundle', found: largest(false), max: MAX_BUNDLE_BYTES, show: showBytes },
    {
      what: 'slowest init, ÷ empty handler',
      found: Math.max(0, ...measured.filter(({ clients }) => clients.length > 0).map(ratioOf)),
      max: MAX_RATIO,
      show,
    },
  ];
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else process.exit((await main({ rounds: Number(values.rounds), only: values.only })) ? 0 : 1);
