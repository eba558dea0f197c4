import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { boundedMap } from '../../../lib/protocol/runtime/bounded-map.ts';
import type { DeliberateFault } from './deliberate-fault.ts';
import { FAULTS } from './fault-list.ts';
import { findingOf, type Nets, runTest, simulate } from './judges.ts';
import { moduleUrl } from './module-url.ts';

const HELP = `Usage: npm run faults -- [options]

Shows that the simulation can fail: puts one deliberate fault at a time into the code at its hook point, and demands that
some seed finds it, or the test that the fault names; and that nothing is found without a fault, with any safety net off.
A fault whose hook point is never reached is an error.

  --only X   the faults whose names contain X, and nothing else
  --help     this text
`;

const CORES = availableParallelism();

/** A test that fails without a fault would fail with every fault, and prove nothing. */
async function demandPassing(faults: readonly DeliberateFault[]): Promise<void> {
  for (const test of new Set(faults.flatMap((fault) => fault.test ?? []))) {
    const failed = await runTest(test);
    if (failed !== undefined) throw new Error(`${test} fails without a fault: ${failed}`);
  }
}

/** What is found without a fault would be found with every fault, and prove nothing. */
async function demandNothingWithoutFault(): Promise<void> {
  const combinations: readonly Nets[] = [[], ['sweep'], ['audit'], ['sweep', 'audit']];
  await boundedMap(combinations, CORES, async (without) => {
    const found = await simulate({ without });
    if (found !== undefined) throw new Error(`With ${without.join(' and ') || 'nothing'} off: ${found}`);
  });
  process.stdout.write('✓ nothing found without a fault, whichever nets are off\n');
}

/** Whether the fault was caught. */
async function judge(fault: DeliberateFault): Promise<boolean> {
  const found = await findingOf(fault, await moduleUrl(fault.at.module));
  process.stdout.write(
    found === undefined ? `✗ missed  ${fault.name}\n` : `✓ caught  ${fault.name}\n            ${found}\n`,
  );
  return found !== undefined;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const { only } = values;
  const faults = FAULTS.filter(({ name }) => only === undefined || name.includes(only));
  if (faults.length === 0) {
    process.stderr.write(
      `No fault's name contains ${JSON.stringify(only)}. Without --only, all ${FAULTS.length} run.\n`,
    );
    process.exitCode = 2;
    return;
  }
  if (only === undefined) await demandNothingWithoutFault();
  await demandPassing(faults);
  const caught = (await boundedMap(faults, CORES, judge)).filter((isCaught) => isCaught).length;
  const missed = faults.length - caught;
  process.stdout.write(`${faults.length} deliberate faults · ${caught} caught · ${missed} missed\n`);
  process.exitCode = missed > 0 ? 1 : 0;
}

await main();
