import type { Budget } from '../../print/budgets.ts';
import type { ContestantResult } from '../comparison.ts';
import { bestOf, FIGURES, type Figure, ratioOf } from './figures.ts';

const MAX_CPU = 4;
const MAX_CPU_IN_BATCHES = 2;
const MAX_THROUGHPUT_SHORTFALL = 1;
const MAX_PACED_MS = 25;

const times = (figure: number) => `${figure.toFixed(2)}×`;
const milliseconds = (figure: number) => `${figure.toFixed(1)} ms`;

/** What Tidings may need beside the best peer of each figure. Figures that were not measured have no budget. */
export function peerBudgets(own: ContestantResult, peers: readonly ContestantResult[]): readonly Budget[] {
  const cost = figureOf('CPU s per 1,000');
  const inBatches: ContestantResult = { ...own, bursts: own.batches };
  const beside = (figure: Figure, result: ContestantResult) => {
    const best = bestOf(figure, peers);
    return best === undefined ? Number.NaN : ratioOf(figure, result, best);
  };
  const budgets: readonly Budget[] = [
    { what: 'CPU per 1,000, of the best peer', found: beside(cost, own), max: MAX_CPU, show: times },
    { what: 'the same in batches', found: beside(cost, inBatches), max: MAX_CPU_IN_BATCHES, show: times },
    {
      what: "the best peer's delivered/s, of its own",
      found: 1 / beside(figureOf('delivered/s'), own),
      max: MAX_THROUGHPUT_SHORTFALL,
      show: times,
    },
    { what: 'paced p50', found: figureOf('paced p50, ms').of(own), max: MAX_PACED_MS, show: milliseconds },
  ];
  return budgets.filter(({ found }) => Number.isFinite(found));
}

function figureOf(title: string): Figure {
  const figure = FIGURES.find((one) => one.title === title);
  if (figure === undefined) throw new Error(`There is no figure ${title}.`);
  return figure;
}
