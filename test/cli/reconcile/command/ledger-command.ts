import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { CommandFailure } from '../../../../lib/cli/command-line/exit-status.ts';
import {
  type CommandOptions,
  type LedgerConnection,
  runReconcile,
} from '../../../../lib/cli/reconcile/command.ts';
import { isTerminal, outcomeSchema, type TerminalOutcome } from '../../../../lib/core/model.ts';
import { useDemoWorld } from '../../../support/demo-world.ts';
import { fetchOf } from '../../../support/kit.ts';
import { removeDirectory, temporaryDirectory } from '../../../support/local-service.ts';
import { createWorld, payment, START_MS } from '../../../support/world.ts';

export type Row = Pick<
  TerminalOutcome,
  'transactionId' | 'version' | 'transactionType' | 'status' | 'amount' | 'currency' | 'listedAt'
>;
export interface Line {
  readonly event: string;
  readonly class: string;
  readonly transactionId: string;
  readonly line?: number;
  readonly here?: object;
  readonly there?: object;
}

export const MINUTE = 60_000;
export const COLUMNS = 'transactionId,version,transactionType,status,amount,currency,listedAt';
export const FROM = '2026-11-20T08:00:00Z';

export const textOf = (rows: readonly Row[]) =>
  [
    COLUMNS,
    ...rows.map((row) =>
      [
        row.transactionId,
        row.version,
        row.transactionType,
        row.status,
        row.amount,
        row.currency,
        row.listedAt,
      ].join(),
    ),
    '',
  ].join('\r\n');

/** The command over a world with the merchant `demo`, both new for each test, and a ledger in a file. */
export function useLedgerCommand() {
  const directory = temporaryDirectory();
  afterAll(() => removeDirectory(directory));
  const file = join(directory, 'ledger.csv');
  const asked: string[] = [];
  const setup = useDemoWorld(async () => {
    asked.length = 0;
    const world = createWorld();
    return { world, demo: await world.merchant('demo', { feedShards: 2 }) };
  });

  /** Rows straight into the table, listed so many seconds after the beginning. */
  const list = async (count: number, stepMs: number, changes: (index: number) => object = () => ({})) => {
    const rows: TerminalOutcome[] = [];
    for (let index = 0; index < count; index += 1) {
      const listedAt = new Date(START_MS + index * stepMs).toISOString();
      const outcome = outcomeSchema().parse({
        ...payment({ amount: index, ...changes(index) }),
        merchantId: 'demo',
        transactionId: `pay_${index}`,
        version: 1,
        recordedAt: listedAt,
        listedAt,
      });
      await setup.world.ports.outcomes.putIfAbsent(outcome, index % 2);
      if (isTerminal(outcome)) rows.push(outcome);
    }
    return rows;
  };
  const close = async (minutes: number) => {
    setup.world.time.nowMs = START_MS + minutes * MINUTE;
    for (let run = 0; run <= minutes / 60 + 1; run += 1) await setup.world.closeWindows();
  };

  const run = async (
    ledger: string | readonly Row[],
    options: Partial<CommandOptions> & {
      /** An empty secret is none. */
      readonly connection?: Partial<LedgerConnection>;
      readonly fetch?: ReturnType<typeof fetchOf>;
      readonly isTTY?: boolean;
    } = {},
  ) => {
    const { connection, fetch = fetchOf(setup.world), isTTY = false, ...given } = options;
    writeFileSync(file, typeof ledger === 'string' ? ledger : textOf(ledger));
    const lines: string[] = [];
    const screen: string[] = [];
    const settings = { api: 'https://tidings.example', key: setup.demo.receiver, secret: setup.demo.secret };
    const { secret, ...others } = { ...settings, ...connection };
    const status = await runReconcile(
      { ledger: file, from: undefined, to: undefined, types: undefined, json: true, ...given },
      {
        connection: { ...others, ...(secret !== '' && { secret }) },
        write: (line) => void lines.push(line),
        screen: { isTTY, columns: 80, write: (text) => void screen.push(text) },
        service: {
          now: () => setup.world.time.nowMs,
          pauses: { sleep: async () => undefined, fraction: () => 0 },
          fetch: (url, init) => {
            asked.push(`${init.method} ${url.slice('https://tidings.example'.length)}`);
            return fetch(url, init);
          },
        },
      },
    ).catch((error: unknown) => {
      if (!(error instanceof CommandFailure)) throw error;
      screen.push(error.message);
      return error.status;
    });
    return { status, lines, said: screen.join('') };
  };
  const events = (lines: readonly string[]): readonly Line[] => lines.map((line) => JSON.parse(line));
  const found = (lines: readonly string[]) => events(lines).filter(({ event }) => event === 'difference');

  return Object.assign(setup, { file, asked, list, close, run, events, found });
}
