import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type DynamoDbUnderTest, startDynamoDbUnderTest } from '../test/adapters/support/emulators.ts';
import setup from '../test/support/synthesized.ts';
import { openPromptReceiver } from './cost/cost-receiver.ts';
import { measureIdle } from './cost/idle.ts';
import { type Stage, sumOf } from './cost/meter.ts';
import { type BillOptions, billOf, GB_SECONDS, priceOf } from './cost/price.ts';
import {
  dollars,
  hundredths,
  printBeside,
  printBills,
  printIdle,
  printStages,
  thousands,
} from './cost/printing.ts';
import { exhausted, firstTries, type Way } from './cost/ways.ts';
import { costsPage, IDLE_MERCHANTS, idleMonth, merchantMonth } from './monthly/costs-page.ts';
import { fixedParts, memoryOf } from './monthly/fixed-parts.ts';
import { driftOf, type Measured, readMeasured, writeMeasured } from './monthly/measured.ts';
import { type Budget, printBudgets } from './print/budgets.ts';
import { createProgress, type Progress } from './print/progress.ts';

const HELP = `Usage: npm run bench:cost -- [options]

What a notification costs, and whether the cost grows with the number of stored notifications.

Measured: DynamoDB units, as the table reports them to the real adapters (ReturnConsumedCapacity, on the emulator);
requests to SQS and Scheduler, where the real adapters send them; invocations, in full batches; processor time on this
machine. Calculated from these: Lambda milliseconds, logs and all prices (bench/prices.ts).

  --count N     notifications for each measurement (1,000)
  --stored N    notifications of the same merchant that are stored before (100,000; a million takes some minutes)
  --write       keep what was measured, and make docs/costs.md of it
  --help        show this text
`;

const FEW_STORED = 1_000;
/** Assumed milliseconds until a receiver answers. The receiver here answers at once. */
const RECEIVER_MS = 150;
/** Notifications of one dead endpoint: enough to open its circuit breaker. */
const DEAD = 50;
/** Merchants whose idle cost is measured, spread over all partitions. */
const IDLE = { merchants: 100 };
/** Records in a batch of the stream at 100 a second, where Lambda reads it four times a second. */
const BATCH_AT_100 = 25;
const PAGE = new URL('../docs/costs.md', import.meta.url);

interface Settings {
  readonly count: number;
  readonly stored: number;
  readonly isWritten: boolean;
}

async function main(settings: Settings): Promise<boolean> {
  await setup();
  const progress = createProgress();
  const dynamodb = await startDynamoDbUnderTest();
  const receiver = await openPromptReceiver(0);
  try {
    return print(await measure({ dynamodb, url: receiver.url, settings, progress }));
  } finally {
    await receiver.close();
    await dynamodb.stop();
  }
}

/** Runs all measurements, one after another, because they share the processors with the emulator. */
async function measure(run: {
  readonly dynamodb: DynamoDbUnderTest;
  readonly url: string;
  readonly settings: Settings;
  readonly progress: Progress;
}) {
  const { dynamodb, url, settings, progress } = run;
  const doing = (what: string) => ({ onProgress: (share: number) => progress.show(share, what) });
  const way = { url, count: settings.count, reference: false, by: 'http', stored: 0 } as const;
  const firsts = (stored: number) =>
    firstTries(dynamodb, { ...way, stored, ...doing(`first tries, ${thousands(stored)} stored`) });
  await firstTries(dynamodb, { ...way, ...doing('warming up') });
  const plain = await firsts(FEW_STORED);
  const withReference = await firstTries(dynamodb, { ...way, reference: true, ...doing('with a reference') });
  const alone = await firstTries(dynamodb, { ...way, relayBatch: 1, ...doing('one at a time') });
  const some = await firstTries(dynamodb, { ...way, relayBatch: BATCH_AT_100, ...doing('100 a second') });
  const byOutbox = await firstTries(dynamodb, { ...way, by: 'outbox', ...doing('by outbox') });
  const lone = await exhausted(dynamodb, { count: 1, ...doing('one that exhausts its schedule') });
  const dead = await exhausted(dynamodb, { count: DEAD, ...doing('a dead endpoint') });
  progress.show(0, 'nothing to do');
  const idling = await measureIdle(dynamodb, IDLE);
  const crowded = await firsts(settings.stored);
  progress.end();
  return { settings, plain, alone, some, withReference, byOutbox, lone, dead, idling, crowded };
}

type Found = Awaited<ReturnType<typeof measure>>;

function print(found: Found): boolean {
  const options: BillOptions = { memoryMb: memoryOf(), receiverMs: RECEIVER_MS };
  const bill = ({ used }: Pick<Way, 'used'>) => billOf(used, options);
  const line = (text = '') => process.stdout.write(`${text}\n`);
  const { plain, withReference, byOutbox, lone, dead } = found;
  const page = { measured: measuredOf(found), parts: fixedParts(), options };
  if (found.settings.isWritten) {
    writeMeasured(page.measured);
    // Read back, because the file holds rounded figures.
    writeFileSync(PAGE, costsPage({ ...page, measured: readMeasured() }));
  }
  printStages('a first try', plain, options);
  line();
  printBills([
    { title: 'by HTTP', bill: bill(plain) },
    { title: 'with reference', bill: bill(withReference) },
    { title: 'by outbox', bill: bill(byOutbox) },
    { title: 'exhausts wechat', bill: bill(lone) },
    { title: 'dead endpoint', bill: bill(dead) },
  ]);
  printBeside(plain);
  printIdle(page);
  line(
    `The circuit breaker of a dead endpoint opens: each of ${DEAD} notifications took ${dead.attempts.toFixed(1)} attempts and ` +
      `${hundredths(sumOf(dead.used.values()).writeUnits)} write units until it was exhausted. A single one took ${lone.attempts} and ` +
      `${hundredths(sumOf(lone.used.values()).writeUnits)}.`,
  );
  line();
  const isWithin = printBudgets([
    ...budgetsOf(found, (way, without) => priceOf(bill(way).filter(({ what }) => what !== without))),
    { what: 'a month without traffic', found: idleMonth(page), max: 8, show: dollars },
    {
      what: `${thousands(IDLE_MERCHANTS)} idle merchants, more`,
      found: merchantMonth(page) * IDLE_MERCHANTS,
      max: 30,
      show: dollars,
    },
  ]);
  const drifts = driftOf(readMeasured().byRate['10000'], plain);
  if (drifts.length > 0) line(`docs/costs.md is out of date (--write): ${drifts.join('; ')}`);
  return isWithin && drifts.length === 0;
}

function measuredOf({ plain, alone, some, byOutbox, idling }: Found): Measured {
  const perNotification = ({ used, keptBytes, sentBytes }: Way) => ({ used, keptBytes, sentBytes });
  return {
    byRate: {
      '1': perNotification(alone),
      '100': perNotification(some),
      '10000': perNotification(plain),
    },
    byOutbox: perNotification(byOutbox),
    idle: idling.none,
    idleMerchant: idling.merchant,
    idleMetrics: [...idling.metricNames].sort(),
    trafficMetrics: [...new Set([...idling.metricNames, ...plain.metricNames])].sort(),
  };
}

/** The design's budgets. */
function budgetsOf(
  { plain, withReference, byOutbox, lone, crowded, settings }: Found,
  price: (way: Way, without?: string) => number,
): readonly Budget[] {
  const total = sumOf(plain.used.values());
  const crowdedTotal = sumOf(crowded.used.values());
  const units = { show: hundredths };
  const ratio = { show: (figure: number) => `${figure.toFixed(2)}×` };
  const money = { show: dollars };
  const stored = `with ${thousands(settings.stored)} stored, of that with ${thousands(FEW_STORED)}`;
  return [
    { what: 'write units', found: total.writeUnits, max: 3.05, ...units },
    { what: 'read units', found: total.readUnits, max: 1.6, ...units },
    { what: 'SQS requests', found: total.sqsRequests, max: 0.3, ...units },
    { what: 'Lambda invocations', found: total.invocations, max: 1.15, ...units },
    { what: 'a million by HTTP', found: price(plain), max: 3.9, ...money },
    { what: 'a million by outbox', found: price(byOutbox), max: 3.1, ...money },
    {
      what: 'a reference more',
      // Without processor time: its noise is as large as this difference.
      found: price(withReference, GB_SECONDS) - price(plain, GB_SECONDS),
      max: 0.63,
      ...money,
    },
    {
      what: 'write units of one that exhausts wechat',
      found: writeUnitsOf(lone, ['record', 'relay', 'deliver', 'sweep']),
      max: 70,
      ...units,
    },
    {
      // The digest of the window, and what the audit expected of it. All outcomes of the merchant in the window share them.
      what: 'write units of its window, while it is alone',
      found: writeUnitsOf(lone, ['close', 'audit']),
      max: 2,
      ...units,
    },
    {
      // Two rows for each hour with an attempt: of the endpoint, and of the service. All attempts of the hour share them.
      what: 'write units of counts, while it is alone',
      found: writeUnitsOf(lone, ['count']),
      max: 2 * lone.attempts,
      ...units,
    },
    { what: `write units ${stored}`, found: crowdedTotal.writeUnits / total.writeUnits, max: 1, ...ratio },
    { what: `read units ${stored}`, found: crowdedTotal.readUnits / total.readUnits, max: 1, ...ratio },
  ];
}

function writeUnitsOf({ used }: Way, stages: readonly Stage[]): number {
  return stages.reduce((sum, stage) => sum + (used.get(stage)?.writeUnits ?? 0), 0);
}

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    stored: { type: 'string', default: '100000' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else {
  const { count, stored, write } = values;
  const isWithin = await main({ count: Number(count), stored: Number(stored), isWritten: write });
  process.exit(isWithin ? 0 : 1);
}
