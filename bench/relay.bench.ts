import { parseArgs } from 'node:util';
import { type Budget, printBudgets } from './print/budgets.ts';
import { tableOf } from './print/text-table.ts';
import { measureRelay, RECORD_KINDS } from './relay/measure.ts';

const HELP = `Usage: npm run bench:relay -- [options]

How many records of one shard of the table's stream one relay handles per second. The real use case runs on memory adapters
under a virtual clock, so the speed of this machine has no influence. A shard takes 1,000 writes per second.

  --records N    records of each kind (10,000)
  --merchants N  number of merchants (10)
  --call-ms N    virtual milliseconds of each table call and each queue request (5)
  --help         show this text
`;

const MIN_PER_SECOND = 1_000;

async function main(options: {
  readonly records: number;
  readonly merchants: number;
  readonly callMs: number;
}): Promise<boolean> {
  const rows: string[][] = [];
  const budgets: Budget[] = [];
  for (const kind of RECORD_KINDS) {
    const { perSecond, callsEach, messages } = await measureRelay({ ...options, kind });
    rows.push([kind, String(Math.round(perSecond)), callsEach.toFixed(2), String(messages)]);
    budgets.push({
      what: `milliseconds for 1,000 records: ${kind}`,
      found: 1_000_000 / perSecond,
      max: 1_000_000 / MIN_PER_SECOND,
      show: (ms) => ms.toFixed(0),
    });
  }
  const titles = [`relayed, ${options.callMs} ms a call`, 'a second', 'calls each', 'messages'];
  process.stdout.write(`${tableOf(titles, rows)}\n\n`);
  return printBudgets(budgets);
}

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '10000' },
    merchants: { type: 'string', default: '10' },
    'call-ms': { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else {
  const isWithin = await main({
    records: Number(values.records),
    merchants: Number(values.merchants),
    callMs: Number(values['call-ms']),
  });
  process.exit(isWithin ? 0 : 1);
}
