import { printable } from '../../../printable.ts';
import { EXIT, type ExitStatus } from '../../command-line/exit-status.ts';
import { createProgress } from '../../output/progress-line.ts';
import { type CommandWorld, notCompared, openLedgerService } from '../command.ts';
import { type DifferenceFile, openDifferenceFile } from '../output/difference-file.ts';
import { differenceTable } from '../output/report.ts';
import type { BillFormat } from './bill-formats.ts';
import { type BillReport, compareBill } from './compare-bill.ts';
import { readBill } from './read-bill.ts';

export interface BillOptions {
  readonly ledger: string;
  readonly format: BillFormat;
  readonly csv: string | undefined;
  readonly json: boolean;
}

/** Compares a bill. @throws CommandFailure if it could not be compared */
export async function reconcileBill(options: BillOptions, world: CommandWorld): Promise<ExitStatus> {
  const { ledger, format, csv, json } = options;
  const write = (line: string) => world.write(printable(line));
  const progress = createProgress(world.screen);
  const table = differenceTable(write);
  let file: DifferenceFile | undefined;
  try {
    const bill = await readBill(ledger, format);
    file = csv === undefined ? undefined : openDifferenceFile(csv);
    const report = await compareBill(openLedgerService(world.connection, world.service), bill, {
      onProgress: progress.show,
      onDifference: (difference) => {
        if (json) write(JSON.stringify({ event: 'difference', ...difference }));
        else table.add(difference);
        file?.add(difference);
      },
    });
    progress.end();
    file?.keep();
    const result = report.differences === 0 ? 'equal' : 'differs';
    if (json) write(JSON.stringify({ event: 'end', result, ...report }));
    else {
      for (const line of summary(report)) write(line);
      if (report.differences > 0) table.end();
    }
    return report.differences === 0 ? EXIT.done : EXIT.failed;
  } catch (error) {
    progress.end();
    file?.discard();
    throw notCompared(error);
  }
}

function summary({ from, to, rows, unclear, others, differences }: BillReport): readonly string[] {
  return [
    `compared  ${from} to ${to}, days of Beijing`,
    `bill      ${rows} payments and refunds`,
    ...(unclear > 0 ? [`          ${unclear} refunds on their way, NOT compared`] : []),
    ...(others > 0 ? [`          ${others} other rows, NOT compared`] : []),
    differences === 0 ? 'result    equal' : `result    ${differences} differences`,
  ];
}
