import { ReconcileFailure } from '../../ledger/ledger-failure.ts';
import { printable } from '../../printable.ts';
import { ReceiverFault } from '../../receiver/receiver-fault.ts';
import { createProgress, type Screen } from '../output/progress-line.ts';
import { type Asked, reconcile } from './compare-ledger.ts';
import { jsonReporter, tableReporter } from './output/report.ts';
import { openService, type ServiceOptions } from './service/ledger-service.ts';

export const RECONCILE_HELP = `Usage: TIDINGS_API=… TIDINGS_KEY=… npm run reconcile -- --ledger ledger.csv [options]

Compares your ledger with Tidings, window by window, and shows the differences. It changes nothing on either side.

Options:
  --ledger FILE   CSV (RFC 4180, UTF-8) of any size, with the column names in the first line. Required columns:
                    transactionId  version  status  amount  currency  listedAt
                  in any order; other columns are ignored. Amounts are whole numbers in the minor unit (19.99 is 1999).
                  A daily statement (GET /v1/statements/{date}) is such a file.
  --from TIME     inclusive, by listedAt: 2026-11-20 or 2026-11-20T08:00:00Z. Default: the start of the statement, or
                  the ledger's first row. Set it to also find missing rows before that row.
  --to TIME       exclusive. Default: the end of the statement, or the end of the last closed window.
  --types LIST    the event types in your ledger: payment.*,refund.succeeded. Requires the column transactionType.
  --json          one line of JSON for each difference, and one at the end. Without the last line, the run did not finish.
  --help          show this text

Environment:
  TIDINGS_API     address of the API: https://….execute-api.eu-central-1.amazonaws.com or http://127.0.0.1:4510
  TIDINGS_KEY     a key of the merchant, of scope receiver or merchant: tk_…
  TIDINGS_SECRET  the merchant's secret, whsec_…, to verify the signature of every answer

Differences:
  only_here       in Tidings, not in your ledger: apply it (GET /v1/transactions/{transactionId})
  only_there      in your ledger, not in this window of Tidings: did you store listedAt as you received it?
  status, amount, currency    in both, with different values
  listedAt        in both, with different times in one window; a ledger may keep whole seconds
  type            in both, with different types; compared only if every row of the ledger has a transactionType

How it works: the command sums your rows by window and compares the sums with GET /v1/windows: first by day, then by hour,
then by window. It sends only the rows of windows that differ to POST /v1/reconciliations, which stores nothing. It compares
times and types with GET /v1/windows/{start}/transactions. Windows that are not closed yet are not compared. A window closes
about a minute after its end. The output always shows the compared range.

Exit status: 0 equal, 1 there are differences, 2 the comparison failed.

On this machine, with npm start in another terminal:
  export TIDINGS_API=http://127.0.0.1:4510
  export TIDINGS_KEY=$(node -p 'require("./.tidings/credentials.json").merchants[0].receiverKey')
  export TIDINGS_SECRET=$(node -p 'require("./.tidings/credentials.json").merchants[0].merchantSecret')
`;

export interface CommandOptions {
  readonly ledger: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly types: string | undefined;
  readonly json: boolean;
}

export interface CommandWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly write: (line: string) => void;
  readonly screen: Screen;
  /** Network and clock. Default: the platform's. */
  readonly service?: Pick<ServiceOptions, 'fetch' | 'now' | 'pauses'>;
}

/** Hints for faults of the receiver kit, which does not know that its secret comes from TIDINGS_SECRET. */
const SECRET_HINTS: Readonly<Record<string, string>> = {
  malformed_secret: ' TIDINGS_SECRET is not a secret.',
  signature_mismatch:
    " Is TIDINGS_SECRET the merchant's secret, and not an endpoint's? If it is, the answer was changed in transit.",
};

const EQUAL = 0;
const DIFFERS = 1;
const FAILED = 2;

/** Runs the command. @returns the exit status: 0 equal, 1 differences, 2 failed */
export async function runReconcile(options: CommandOptions, world: CommandWorld): Promise<0 | 1 | 2> {
  const { screen } = world;
  // All output passes through here: names come from the ledger and from a service that may not be genuine.
  const write = (line: string) => world.write(printable(line));
  const progress = createProgress(screen);
  try {
    const { TIDINGS_SECRET: secret } = world.env;
    const verified = secret === undefined || secret === '' ? {} : { secret };
    const asked = askedFor(options);
    const service = openService({
      url: addressOf(setting(world, 'TIDINGS_API')),
      key: setting(world, 'TIDINGS_KEY'),
      ...verified,
      ...world.service,
    });
    const isVerified = 'secret' in verified;
    const reporter = options.json ? jsonReporter(write) : tableReporter(write, { isVerified });
    const report = await reconcile(service, asked, {
      onProgress: progress.show,
      onDifference: reporter.difference,
    });
    progress.end();
    reporter.end(report);
    return report.differences === 0 ? EQUAL : DIFFERS;
  } catch (error) {
    progress.end();
    if (!(error instanceof ReconcileFailure || error instanceof ReceiverFault)) throw error;
    const hint = SECRET_HINTS[error.code] ?? '';
    const message = error instanceof ReconcileFailure ? error.message : printable(error.message);
    screen.write(`The ledger was not compared (${error.code}):\n${message}${hint}\n`);
    return FAILED;
  }
}

function askedFor({ ledger, from, to, types }: CommandOptions): Asked {
  if (ledger === undefined) throw new ReconcileFailure('missing_setting', 'Pass the ledger: --ledger FILE.');
  return {
    ledger,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(types !== undefined && { types: types.split(',') }),
  };
}

function setting({ env }: CommandWorld, name: 'TIDINGS_API' | 'TIDINGS_KEY'): string {
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  throw new ReconcileFailure('missing_setting', `${name} is not set. See npm run reconcile -- --help.`);
}

function addressOf(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new ReconcileFailure(
    'invalid_option',
    `TIDINGS_API is ${text}, which is not an http or https address.`,
  );
}
