import { parseArgs } from 'node:util';
import { wholeOf } from '../../bin/operating/command-options.ts';
import { type Scene, scenesOf, WAYS } from './scenes.ts';

export const LOAD_HELP = `Usage: npm run bench:load -- [options]

Runs the local cloud as npm start does, records outcomes, and measures how soon their first attempts reach a receiver in
another process, what all processes cost, and their memory. Says so if the machine cannot hold the load, or if other
programs used it meanwhile. Ends with status 1 if an accepted outcome did not reach the receiver.

  --only S       scenes: ${WAYS.join(', ')}, or one such as single-8; several with commas (all)
  --count N      outcomes of each scene (1000); batches of 100 need as many as the callers can share
  --callers N    numbers of callers, with commas (1,8,64)
  --warm-up N    outcomes before each scene that are not measured: they start instances (200)
  --settle N     seconds from the end of the flat scenes until memory is read again (120)
  --out FILE     where the results are written, and compared with those of the run before (bench/results/load.json)
  --plot FILE    where the plot is written (bench/results/load.svg)
  --help         show this text
`;

/** What one run of the bench does. */
export interface LoadPlan {
  readonly scenes: readonly Scene[];
  readonly settleSeconds: number;
  /** Relative to the current directory. */
  readonly out: string;
  readonly plot: string;
}

const MAX_COUNT = 1_000_000;
const MAX_CALLERS = 1_000;
const MAX_SETTLE_SECONDS = 3_600;

/**
 * Reads the command line. `undefined` stands for `--help`.
 * @throws Error that names the option that is wrong
 */
export function loadPlanOf(args: readonly string[]): LoadPlan | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: '' },
      count: { type: 'string', default: '1000' },
      callers: { type: 'string', default: '1,8,64' },
      'warm-up': { type: 'string', default: '200' },
      settle: { type: 'string', default: '120' },
      out: { type: 'string', default: 'bench/results/load.json' },
      plot: { type: 'string', default: 'bench/results/load.svg' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    out: values.out,
    plot: values.plot,
    settleSeconds: wholeOf('settle', values.settle, { min: 0, max: MAX_SETTLE_SECONDS }),
    scenes: scenesOf({
      count: wholeOf('count', values.count, { min: 1, max: MAX_COUNT }),
      warmUp: wholeOf('warm-up', values['warm-up'], { min: 0, max: MAX_COUNT }),
      callers: values.callers
        .split(',')
        .map((text) => wholeOf('callers', text, { min: 1, max: MAX_CALLERS })),
      only: values.only.split(',').filter((name) => name !== ''),
    }),
  };
}
