import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { writing } from '../../command-line/unwritable.ts';
import type { Side } from '../service/ledger-service.ts';
import type { Placed } from './report.ts';

/** Differences as CSV (RFC 4180). The file appears at the end of a whole comparison, or not at all. */
export interface DifferenceFile {
  add(found: Placed): void;
  /** Gives the file its name. */
  keep(): void;
  discard(): void;
}

const SIDE = ['version', 'status', 'amount', 'currency', 'transactionType', 'listedAt'] as const;
const NAMES = ['class', 'transactionId', 'window', 'line', ...sideNames('tidings'), ...sideNames('ledger')];
/** Cells that a spreadsheet takes for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** @throws CommandFailure if it cannot be written */
export function openDifferenceFile(path: string): DifferenceFile {
  const part = `${path}.part`;
  const file = writing(path, () => openSync(part, 'w'));
  let isOpen = true;
  const close = () => {
    if (isOpen) closeSync(file);
    isOpen = false;
  };
  // As a whole: a single write to a disk that is almost full keeps a part, and succeeds.
  const add = (cells: readonly unknown[]) =>
    writing(path, () => writeFileSync(file, `${cells.map(cellOf).join(',')}\r\n`));
  add(NAMES);
  return {
    add: ({ class: kind, transactionId, window, line, here, there }) =>
      void add([kind, transactionId, window, line, ...cellsOf(here), ...cellsOf(there)]),
    keep: () => {
      close();
      writing(path, () => renameSync(part, path));
    },
    discard: () => {
      close();
      rmSync(part, { force: true });
    },
  };
}

function sideNames(side: string): readonly string[] {
  return SIDE.map((name) => `${side}.${name}`);
}

function cellsOf(side: Side | undefined): readonly unknown[] {
  return SIDE.map((name) => side?.[name]);
}

function cellOf(value: unknown): string {
  const text = value === undefined ? '' : String(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
