import { MB_OF_ONE_PROCESSOR } from '../prices.ts';
import { measureProcessor, type Processed } from './processor-time.ts';
import { SHARES, type WindowLoad, WORKS, type Work } from './window-load.ts';

/** As in the template (`lib/stack/bookkeeping/bookkeeping-functions.ts`). */
const MEMORY_MB: Readonly<Record<Work, number>> = { close: 1_024, audit: 1_769 };
/** Merchants and rows that are measured. */
const MERCHANTS = 4_000;
const ROWS = 40_000;

export const NOTHING: WindowLoad = { idle: 0, rows: 0, isAfterPending: false };

/** What one merchant without rows, and one row, cost in close and in audit. */
const PIECES = {
  idle: { name: 'a merchant without rows', load: { ...NOTHING, idle: MERCHANTS }, pieces: MERCHANTS },
  end: { name: 'a row: an end', load: { ...NOTHING, rows: ROWS }, pieces: ROWS },
  after: {
    name: 'a row: an end after a PENDING',
    load: { ...NOTHING, rows: ROWS, isAfterPending: true },
    pieces: ROWS,
  },
};
type Piece = keyof typeof PIECES;

/** What one piece costs. */
export interface PieceCost extends Processed {
  readonly name: string;
  readonly piece: Piece;
  readonly work: Work;
}

export async function measureCosts(): Promise<readonly PieceCost[]> {
  const costs: PieceCost[] = [];
  for (const work of WORKS) {
    const bare = await measureProcessor(NOTHING, work);
    for (const [piece, { name, load, pieces }] of Object.entries(PIECES)) {
      const used = await measureProcessor(load, work);
      costs.push({
        name,
        piece: piece as Piece,
        work,
        processorMs: (used.processorMs - bare.processorMs) / pieces,
        tableCalls: (used.tableCalls - bare.tableCalls) / pieces,
      });
    }
  }
  return costs;
}

/** Processor seconds of the slowest share, on the part of a processor that its memory buys. */
export function processorSeconds(costs: readonly PieceCost[], load: WindowLoad, work: Work): number {
  const { idle, rows, isAfterPending } = load;
  const msOf = (piece: Piece) =>
    costs.find((one) => one.piece === piece && one.work === work)?.processorMs ?? Number.NaN;
  const rowMs = rows === 0 ? 0 : rows * msOf(isAfterPending ? 'after' : 'end');
  const ms = (idle / SHARES.length) * msOf('idle') + rowMs;
  return (ms / 1_000) * Math.max(1, MB_OF_ONE_PROCESSOR / MEMORY_MB[work]);
}
