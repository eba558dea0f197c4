import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import setup from '../test/support/synthesized.ts';
import { bundleEmptyHandlers, clientsOf } from './bundles/empty-handlers.ts';
import { initMs } from './bundles/init-time.ts';
import { type Budget, printBudgets } from './print/budgets.ts';
import { createProgress } from './print/progress.ts';
import { tableOf } from './print/text-table.ts';
import { type DeployedFunction, deployedFunctions } from './template.ts';

const HELP = `Usage: npm run bench:bundles -- [options]

Measures the size of every function's bundle, as it is deployed, and how long a new process takes to load it. For comparison,
it also loads an empty handler, bundled in the same way, that only opens the same SDK clients. The start of Node itself is
not included. Both are loaded in turn several times. The fastest time counts, because other load only adds to it.

  --rounds N   how often each is loaded (15)
  --help       show this text
`;

const MAX_BUNDLE_BYTES = 600_000;
const MAX_RATIO = 2;

interface Measured extends DeployedFunction {
  readonly bytes: number;
  readonly clients: readonly string[];
  readonly ms: number;
  readonly emptyMs: number;
}

async function main(rounds: number): Promise<boolean> {
  await setup();
  const progress = createProgress();
  const functions = deployedFunctions().map((one) => ({ ...one, clients: clientsOf(one.bundle) }));
  progress.show(0, 'bundling empty handlers');
  const empties = bundleEmptyHandlers(functions.map(({ clients }) => clients));
  const measured: Measured[] = [];
  for (const [index, one] of functions.entries()) {
    progress.show(index / functions.length, one.name);
    const empty = empties.get(one.clients.join()) ?? '';
    const [times, emptyTimes]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      times.push(await initMs(one.bundle, one.environment));
      emptyTimes.push(await initMs(empty, {}));
    }
    const bytes = statSync(one.bundle).size;
    measured.push({ ...one, bytes, ms: Math.min(...times), emptyMs: Math.min(...emptyTimes) });
  }
  progress.end();

  const rows = measured.map(({ name, bytes, ms, emptyMs, clients }) => [
    name,
    kilobytes(bytes),
    ms.toFixed(0),
    emptyMs.toFixed(0),
    show(ms / emptyMs),
    clients.join(', ') || 'none',
  ]);
  const titles = ['function', 'KB', 'init ms', 'empty ms', '÷', 'SDK clients'];
  process.stdout.write(`${tableOf(titles, rows)}\n\n`);
  return printBudgets(budgetsOf(measured));
}

const show = (ratio: number) => `${ratio.toFixed(2)}×`;
const kilobytes = (bytes: number) => (bytes / 1000).toFixed(0);

function budgetsOf(measured: readonly Measured[]): readonly Budget[] {
  const slowest = Math.max(...measured.map(({ ms, emptyMs }) => ms / emptyMs));
  return [
    {
      what: 'largest bundle',
      found: Math.max(...measured.map(({ bytes }) => bytes)),
      max: MAX_BUNDLE_BYTES,
      show: (bytes) => `${kilobytes(bytes)} KB`,
    },
    { what: 'slowest init, ÷ empty handler', found: slowest, max: MAX_RATIO, show },
  ];
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else process.exit((await main(Number(values.rounds))) ? 0 : 1);
