import { printable } from '../../printable.ts';
import { ReceiverFault } from '../../receiver/faults.ts';
import { type Asked, reconcile } from './compare-ledger.ts';
import { ReconcileFailure } from './failure.ts';
import { openService, type ServiceOptions } from './ledger-service.ts';
import { createProgress, type Screen } from './progress-line.ts';
import { jsonReporter, tableReporter } from './report.ts';

export const RECONCILE_HELP = `Usage: TIDINGS_API=… TIDINGS_KEY=… npm run reconcile -- --ledger ledger.csv [options]

Compares your ledger with what Tidings has, window by window, and shows what differs. Nothing is changed, on either side.

  --ledger FILE   CSV (RFC 4180, UTF-8) with the names of its columns in the first line; of any size. It needs
                    transactionId  version  status  amount  currency  listedAt
                  in any order, amounts as whole numbers in the minor unit (19.99 is 1999), and may have others.
                  The statement of a day (GET /v1/statements/{date}) is such a file.
  --from TIME     inclusive, by listedAt: 2026-11-20 or 2026-11-20T08:00:00Z. Unless said otherwise, where the statement
                  begins, or the ledger's first row. Say it, and rows that are missing before that row are found too.
  --to TIME       exclusive. Unless said otherwise, where the statement ends, or what Tidings has closed so far.
  --types LIST    what your ledger keeps: payment.*,refund.succeeded. It then needs the column transactionType.
  --json          one line of JSON for each difference, and one at the end; without that line, it did not come to its end
  --help          this text

Environment:
  TIDINGS_API     the address of the API: https://….execute-api.eu-central-1.amazonaws.com or http://127.0.0.1:4510
  TIDINGS_KEY     a key of the merchant, of scope receiver or merchant: tk_…
  TIDINGS_SECRET  the merchant's secret, whsec_…: with it, the signature of every answer is verified

Differences:
  only_here       Tidings has it, your ledger does not: apply it (GET /v1/transactions/{transactionId})
  only_there      your ledger has it, Tidings does not list it in this window: was listedAt kept as it came?
  status, amount, currency    both have it, and not the same
  listedAt        the same, within one window; a ledger may keep whole seconds
  type            the same, where every row of the ledger has a transactionType

How: your rows are summed up by window and compared with GET /v1/windows, from days to hours to windows. Only of the windows
that differ, your rows are sent to POST /v1/reconciliations, of which nothing is kept, and times and types are compared with
GET /v1/windows/{start}/transactions. What is not closed yet, a minute or so
after its end, is not compared: the range that was compared is always shown.

Exit status: 0 equal, 1 there are differences, 2 it could not be compared.

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
  /** The network and the clock; the platform's unless said otherwise. */
  readonly service?: Pick<ServiceOptions, 'fetch' | 'now' | 'pauses'>;
}

/** The kit does not know from where its secret came. */
const SECRET_HINTS: Readonly<Record<string, string>> = {
  malformed_secret: ' TIDINGS_SECRET is none.',
  signature_mismatch:
    " Is TIDINGS_SECRET the merchant's secret, and not an endpoint's? Then the answer was changed on its way.",
};

const EQUAL = 0;
const DIFFERS = 1;
const FAILED = 2;

/** @returns the exit status */
export async function runReconcile(options: CommandOptions, world: CommandWorld): Promise<0 | 1 | 2> {
  const { screen } = world;
  // The last hand through which everything goes: names come from the ledger, and from a service that may be none.
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
    const said = error instanceof ReconcileFailure ? error.message : printable(error.message);
    screen.write(`Nothing is said about the ledger (${error.code}):\n${said}${hint}\n`);
    return FAILED;
  }
}

function askedFor({ ledger, from, to, types }: CommandOptions): Asked {
  if (ledger === undefined) throw new ReconcileFailure('missing_setting', 'Give the ledger: --ledger FILE.');
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
  throw new ReconcileFailure('missing_setting', `${name} is not set; npm run reconcile -- --help says how.`);
}

function addressOf(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new ReconcileFailure('invalid_option', `TIDINGS_API is ${text}, and no http or https address.`);
}
