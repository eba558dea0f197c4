import { parseArgs } from 'node:util';
import { type Budget, printBudgets } from './print/budgets.ts';
import { tableOf } from './print/text-table.ts';
import { measureRelay, RECORD_KINDS } from './relay/measure.ts';

const HELP = `Usage: npm run bench:relay -- [options]

How many records of one shard of the table's stream one relay hands over in a second, by the real use case on memory
adapters under a virtual clock: the machine that it runs on makes no difference. A shard takes 1,000 writes a second.

  --records N    of each kind (10,000)
  --merchants N  whose they are (10)
  --call-ms N    virtual milliseconds that each call of the table or of a queue takes (5)
  --help         this text
`;

const LEAST_PER_SECOND = 1_000;

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
      what: `milliseconds for 1,000 times ${kind}`,
      found: 1_000_000 / perSecond,
      most: 1_000_000 / LEAST_PER_SECOND,
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
