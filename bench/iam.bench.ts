import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ASSEMBLIES_DIRECTORY, synthesize } from '../lib/local/synthesis/synthesize.ts';
import { loadAssembly } from '../lib/local/template/assembly.ts';
import { openCalls } from './iam/single-calls.ts';
import { measureService } from './iam/whole-service.ts';
import { tableOf } from './print/text-table.ts';

const HELP = `Usage: npm run bench:iam -- [options]

What it costs that the local cloud verifies and judges every call of a function: CPU with IAM enforced and without, in turns
in one run. A single call includes its client, which is the same on both sides.

  --calls N     calls of each kind in a round (3,000)
  --outcomes N  outcomes of the whole service in a round: recorded, delivered, closed (200; 0: not measured)
  --rounds N    rounds on either side (3); the median counts
  --help        show this text
`;

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Options {
  readonly calls: number;
  readonly outcomes: number;
  readonly rounds: number;
}

async function main({ calls, outcomes, rounds }: Options): Promise<void> {
  const { directory: assemblyDir } = await synthesize(ROOT, join(ROOT, ASSEMBLIES_DIRECTORY));
  const root = mkdtempSync(join(tmpdir(), 'tidings-iam-'));
  const rows: string[][] = [];
  const add = (what: string, on: number, off: number) =>
    rows.push([what, on.toFixed(3), off.toFixed(3), (on - off).toFixed(3), `${(on / off).toFixed(2)}×`]);
  try {
    const source = await openCalls(loadAssembly(assemblyDir), join(root, 'calls'));
    for (const kind of ['table', 'queue'] as const) {
      const { on, off } = await inTurns(rounds, (isOn) => {
        const call = (isOn ? source.judged : source.unjudged)[kind];
        return cpuOfEach(call, calls);
      });
      add(`a call to the ${kind}`, on, off);
    }
    await source.stop();
    if (outcomes > 0) {
      let runs = 0;
      const { on, off } = await inTurns(rounds, (isOn) =>
        measureService({ assemblyDir, dataDir: join(root, `run-${runs++}`), isUnjudged: !isOn, outcomes }),
      );
      add('an outcome, recorded and delivered', on, off);
    }
    process.stdout.write(`${tableOf(['milliseconds of CPU for', 'on', 'off', 'more', 'ratio'], rows)}\n`);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Measures both sides in turns and returns the medians. */
async function inTurns(rounds: number, measure: (isOn: boolean) => Promise<number>) {
  const [on, off]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    for (const isOn of round % 2 === 0 ? [true, false] : [false, true])
      (isOn ? on : off).push(await measure(isOn));
  }
  return { on: median(on), off: median(off) };
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;
}

async function cpuOfEach(call: () => Promise<unknown>, count: number): Promise<number> {
  const before = process.cpuUsage();
  for (let made = 0; made < count; made += 1) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / count;
}

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '3000' },
    outcomes: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '3' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else {
  await main({
    calls: Number(values.calls),
    outcomes: Number(values.outcomes),
    rounds: Number(values.rounds),
  });
}
