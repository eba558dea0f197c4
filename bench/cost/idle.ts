import { PARTITIONS } from '../../lib/core/partitions.ts';
import { DAY_MS, isoTime, MINUTE_MS } from '../../lib/core/time.ts';
import type { DynamoDbUnderTest } from '../../test/adapters/support/emulators.ts';
import { type MeteredService, openService, WINDOW_SECONDS } from './cost-service.ts';
import { createMeter, type Meter, perPiece, STAGES, type Stage, sumOf, type Used, without } from './meter.ts';

/** What the timers use in a month of 30 days if nothing is recorded. */
export interface Idle {
  /** Without any merchant. */
  readonly none: ReadonlyMap<Stage, Used>;
  /** In addition, for each merchant. */
  readonly merchant: ReadonlyMap<Stage, Used>;
  /** The metrics that have data all the same. */
  readonly metricNames: readonly string[];
}

const MONTH_DAYS = 30;
const MONTH_MINUTES = MONTH_DAYS * 1_440;
const STATEMENTS_A_DAY = 96;
/** Minutes measured: one window. */
const MINUTES = WINDOW_SECONDS / 60;
/** Later than a change of settings counts as recent, and long enough for windows to be closed and audited. */
const SETTLED_DAYS = 3;

export async function measureIdle(
  dynamodb: DynamoDbUnderTest,
  { merchants }: { readonly merchants: number },
): Promise<Idle> {
  const none = await monthOf(dynamodb, 0);
  const some = await monthOf(dynamodb, merchants);
  const merchant = new Map(
    STAGES.flatMap((stage) => {
      const [with_, bare] = [some.used.get(stage), none.used.get(stage)];
      return with_ && bare ? [[stage, perPiece(without(with_, bare), merchants)] as const] : [];
    }),
  );
  return { none: none.used, merchant, metricNames: none.metricNames };
}

/** Measures a window of the minute timers, a step of the statements without and with an end of a day. */
async function monthOf(dynamodb: DynamoDbUnderTest, merchants: number) {
  const meter = createMeter();
  const service = await openService({ dynamodb, meter });
  try {
    const createdMs = service.time.nowMs;
    // Half an hour before a day ends in UTC, the zone of all merchants.
    const firstEndMs = Math.ceil(createdMs / DAY_MS + SETTLED_DAYS) * DAY_MS;
    await jumpTo(service, firstEndMs - 30 * MINUTE_MS);
    service.time.nowMs = createdMs;
    for (let number = 0; number < merchants; number += 1) {
      await service.openMerchant(`merchant_${number}`, { url: 'https://receiver.example/hooks' });
    }
    service.time.nowMs = firstEndMs - 30 * MINUTE_MS;
    await runMinutes(service, 60);
    // The statements of all days so far. From here on, each day has one.
    await service.state();
    const minutes = await ofEach(meter, () => runMinutes(service, MINUTES));
    service.time.nowMs += 15 * MINUTE_MS;
    await runMinutes(service, MINUTES);
    const step = await ofEach(meter, () => service.state());
    await jumpTo(service, firstEndMs + DAY_MS - 30 * MINUTE_MS);
    await runMinutes(service, 60);
    const end = await ofEach(meter, () => service.state());
    return { used: month({ minutes, step, end }), metricNames: service.metricNames() };
  } finally {
    await service.end();
  }
}

async function runMinutes(service: MeteredService, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await service.sweep();
    await service.close();
    await service.audit();
    service.time.nowMs += MINUTE_MS;
  }
}

/** Moves the clock and the marks, as if the timers had run all the time. */
async function jumpTo(service: MeteredService, nowMs: number): Promise<void> {
  service.time.nowMs = nowMs;
  const through = isoTime(Math.floor((nowMs - 40 * MINUTE_MS) / (15 * MINUTE_MS)) * 15 * MINUTE_MS);
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const { directory } = service.table;
    await directory.saveMark(partition, 'closed', { through, windowSeconds: WINDOW_SECONDS });
    await directory.saveMark(partition, 'audited', { through });
    await directory.saveMark(partition, 'stated', { through });
  }
}

async function ofEach(meter: Meter, work: () => Promise<void>): Promise<ReadonlyMap<Stage, Used>> {
  meter.take();
  await work();
  return meter.take();
}

interface Measured {
  readonly minutes: ReadonlyMap<Stage, Used>;
  readonly step: ReadonlyMap<Stage, Used>;
  readonly end: ReadonlyMap<Stage, Used>;
}

function month({ minutes, step, end }: Measured): ReadonlyMap<Stage, Used> {
  const used = new Map<Stage, Used>();
  for (const [stage, some] of minutes) used.set(stage, perPiece(some, MINUTES / MONTH_MINUTES));
  const [ordinary, last] = [step.get('statement'), end.get('statement')];
  if (ordinary === undefined || last === undefined) throw new Error('The statements were not measured.');
  const steps = perPiece(ordinary, 1 / (MONTH_DAYS * (STATEMENTS_A_DAY - 1)));
  used.set('statement', sumOf([steps, perPiece(last, 1 / MONTH_DAYS)]));
  return used;
}
