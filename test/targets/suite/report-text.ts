import { printable } from '../../../lib/printable.ts';
import type { JourneyReport, Result } from './run-journeys.ts';

/** A whole run, as `--report` writes it. */
export interface RunReport {
  readonly target: string;
  readonly apiUrl: string;
  /** ISO 8601. */
  readonly at: string;
  readonly seconds: number;
  readonly journeys: readonly JourneyReport[];
  /** Requests that were refused for now and sent again, by reason. */
  readonly repeats: Readonly<Record<string, number>>;
}

const SIGNS: Readonly<Record<Result, string>> = { passed: '✓', failed: '✗', cannot: '–' };
const HEAD = ['journey', 'result', 'time', 'remarks'] as const;

/** The table for a terminal, and a last line with the sums. */
export function tableText(report: RunReport): string {
  const rows = [HEAD, ...report.journeys.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return [...lines.map((line) => line.trimEnd()), '', sums(report)].join('\n');
}

export function markdown(report: RunReport): string {
  const rows = report.journeys.map((one) => `| ${cells(one).map(escaped).join(' | ')} |`);
  return [
    `| ${HEAD.join(' | ')} |`,
    `|${HEAD.map(() => '---|').join('')}`,
    ...rows,
    '',
    sums(report),
    '',
  ].join('\n');
}

/** One line of progress. */
export function endLine(report: JourneyReport): string {
  const [journey, , time, remarks] = cells(report);
  return `${SIGNS[report.result]} ${journey}  ${time}${remarks === '' ? '' : `  ${remarks}`}`;
}

function cells({ journey, result, seconds, remarks }: JourneyReport): readonly string[] {
  return [journey, result, `${seconds.toFixed(1)} s`, printable(remarks.join('; '))];
}

function sums({ target, journeys, repeats, seconds }: RunReport): string {
  const count = (result: Result) => journeys.filter((one) => one.result === result).length;
  const again = Object.entries(repeats).map(([reason, times]) => `${reason} ×${times}`);
  const repeated = again.length === 0 ? '' : ` · repeated: ${again.join(', ')}`;
  return (
    `${target}: ${count('passed')} passed · ${count('failed')} failed · ${count('cannot')} cannot · ` +
    `${seconds.toFixed(0)} s${repeated}`
  );
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|');
}
