import { tableOf } from './text-table.ts';

/** A figure that was found, beside the most that it may be. */
export interface Budget {
  readonly what: string;
  readonly found: number;
  readonly most: number;
  /** How a figure is shown: `$3.72`, `1.04×`. */
  readonly show: (figure: number) => string;
}

/** Prints every figure beside its budget, and one line that says how it ended. True where all are within. */
export function printBudgets(budgets: readonly Budget[]): boolean {
  const rows = budgets.map(({ what, found, most, show }) => [
    what,
    show(found),
    show(most),
    isWithin({ found, most }) ? 'pass' : 'OVER',
  ]);
  process.stdout.write(`${tableOf(['budget', 'found', 'at most', ''], rows)}\n\n`);
  const over = budgets.filter((budget) => !isWithin(budget));
  process.stdout.write(
    over.length === 0
      ? `pass: ${budgets.length} of ${budgets.length} within budget\n`
      : `over budget: ${over.map(({ what }) => what).join('; ')}\n`,
  );
  return over.length === 0;
}

/**
 * To the hundredth, as figures are shown. One that is not a number was never found, and is within no budget.
 */
function isWithin({ found, most }: Pick<Budget, 'found' | 'most'>): boolean {
  return Math.round(found * 100) <= Math.round(most * 100);
}
