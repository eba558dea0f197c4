import { tableOf } from './text-table.ts';

/** A measured figure and its allowed maximum. */
export interface Budget {
  readonly what: string;
  readonly found: number;
  readonly max: number;
  /** How a figure is shown: `$3.72`, `1.04×`. */
  readonly show: (figure: number) => string;
}

/** Prints every figure with its budget, and one line with the result. @returns whether all are within budget */
export function printBudgets(budgets: readonly Budget[]): boolean {
  const rows = budgets.map(({ what, found, max, show }) => [
    what,
    show(found),
    show(max),
    isWithin({ found, max }) ? 'pass' : 'OVER',
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
 * Compares hundredths, as figures are shown. NaN means "not measured" and is never within budget.
 */
function isWithin({ found, max }: Pick<Budget, 'found' | 'max'>): boolean {
  return Math.round(found * 100) <= Math.round(max * 100);
}
