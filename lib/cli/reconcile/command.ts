import { ReconcileFailure } from '../../ledger/ledger-failure.ts';
import { printable, printableLines } from '../../printable.ts';
import { ReceiverFault } from '../../receiver/receiver-fault.ts';
import { CommandFailure, EXIT, type ExitStatus } from '../command-line/exit-status.ts';
import type { Connection } from '../connection/settings.ts';
import { createProgress, type Screen } from '../output/progress-line.ts';
import { type Asked, reconcile } from './compare-ledger.ts';
import type { ColumnNames } from './ledger/ledger-rows.ts';
import { type DifferenceFile, openDifferenceFile } from './output/difference-file.ts';
import { jsonReporter, type Trust, tableReporter } from './output/report.ts';
import { openService, type ServiceOptions } from './service/ledger-service.ts';

export interface CommandOptions {
  readonly ledger: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly types: string | undefined;
  readonly json: boolean;
  /** The ledger's names of columns, and ours. Default: the names are ours. */
  readonly names?: ColumnNames;
  /** The differences are also written to this file. */
  readonly csv?: string | undefined;
}

/** With the merchant's secret, every answer is verified. */
export interface LedgerConnection extends Pick<Connection, 'api' | 'key' | 'secret'> {
  /** With an admin's key: the merchant that it asks about. */
  readonly asAdminOf?: string;
}

export interface CommandWorld {
  readonly connection: LedgerConnection;
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

/** Compares a ledger. @throws CommandFailure if it could not be compared; its status is never 1, which means "differs" */
export async function runReconcile(options: CommandOptions, world: CommandWorld): Promise<ExitStatus> {
  const { screen, connection } = world;
  // All output passes through here: names come from the ledger and from a service that may not be genuine.
  const write = (line: string) => world.write(printable(line));
  const progress = createProgress(screen);
  let file: DifferenceFile | undefined;
  try {
    const asked = askedFor(options);
    const service = openLedgerService(connection, world.service);
    const trust = trustIn(connection);
    const reporter = options.json ? jsonReporter(write) : tableReporter(write, { trust });
    file = options.csv === undefined ? undefined : openDifferenceFile(options.csv);
    const report = await reconcile(service, asked, {
      onProgress: progress.show,
      onDifference: (found) => {
        reporter.difference(found);
        file?.add(found);
      },
    });
    progress.end();
    file?.keep();
    reporter.end(report);
    return report.differences === 0 ? EXIT.done : EXIT.failed;
  } catch (error) {
    progress.end();
    file?.discard();
    throw notCompared(error);
  }
}

export function openLedgerService(
  { api, key, secret, asAdminOf }: LedgerConnection,
  ports: CommandWorld['service'] = {},
): ReturnType<typeof openService> {
  return openService({
    url: api,
    key,
    ...(secret !== undefined && { secret }),
    ...(asAdminOf !== undefined && { asAdminOf }),
    ...ports,
  });
}

function trustIn({ secret, asAdminOf }: LedgerConnection): Trust {
  if (asAdminOf !== undefined) return 'unsigned';
  return secret === undefined ? 'unverified' : 'verified';
}

const REFUSED = new Set(['key_refused', 'beyond_retention']);
/** Faults of the receiver kit that are about what the user gave. */
const GIVEN = new Set(['malformed_secret', 'invalid_types']);
/** The service may answer otherwise later. */
const PASSING = new Set(['not_closed', 'window_revised', 'wrong_answer']);

/** What stopped a comparison, with the exit status that it has. Failures of programming are thrown as they are. */
export function notCompared(error: unknown): unknown {
  if (!(error instanceof ReconcileFailure || error instanceof ReceiverFault)) return error;
  const { code, message } = error;
  const isOurs = error instanceof ReconcileFailure ? !PASSING.has(code) : GIVEN.has(code);
  const status = REFUSED.has(code) ? EXIT.refused : isOurs ? EXIT.usage : EXIT.unreachable;
  const hint = SECRET_HINTS[code] ?? '';
  const text = `The ledger was not compared (${code}):\n${printableLines(message)}${hint}`;
  return new CommandFailure(status, code, text, { cause: error });
}

function askedFor({ ledger, from, to, types, names }: CommandOptions): Asked {
  if (ledger === undefined) throw new ReconcileFailure('missing_setting', 'Pass the ledger: --ledger FILE.');
  return {
    ledger,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(types !== undefined && { types: types.split(',') }),
    ...(names !== undefined && { names }),
  };
}
