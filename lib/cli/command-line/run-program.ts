import { systemKeyring } from '../connection/keyring.ts';
import { openService, type Service, type ServicePorts } from '../connection/service.ts';
import { connectionOf } from '../connection/settings.ts';
import { createOutput, type Output } from '../output/output.ts';
import { mayColour, type Terminal } from '../output/terminal.ts';
import type { Command, Tools } from './command.ts';
import { CommandFailure, EXIT, type ExitStatus, usageFailure } from './exit-status.ts';
import { createGiven, type Typed } from './given.ts';
import { type CommandTree, readCommandLine } from './program.ts';

/** The process, as a program uses it. */
export interface World {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly streams: Omit<Terminal, 'hasColour' | 'isDumb'>;
  readonly signal: AbortSignal;
  readonly now?: () => number;
  readonly fetch?: ServicePorts['fetch'];
}

/** Runs the command that the command line names. Each failure is shown. @returns the exit status */
export async function runProgram(tree: CommandTree, world: World): Promise<ExitStatus> {
  const { argv, env, streams, signal } = world;
  const isJson = argv.includes('--json');
  const hasColour = mayColour(streams.stdout, { env, isRefused: argv.includes('--no-color') });
  const terminal = { ...streams, hasColour, isDumb: env.TERM === 'dumb' };
  const output = createOutput({ terminal, isJson, isQuiet: argv.includes('--quiet') });
  try {
    const request = readCommandLine(tree, argv);
    if (request.kind === 'text') {
      streams.stdout.write(request.text);
      return EXIT.done;
    }
    const { command, typed } = request;
    return (
      (await runCommand(command, typed, { world, terminal, output }).catch(withHelp(command))) ?? EXIT.done
    );
  } catch (error) {
    output.progress.end();
    output.footer([]);
    if (signal.aborted) return EXIT.interrupted;
    if (!(error instanceof CommandFailure)) throw error;
    output.fail(error);
    return error.status;
  } finally {
    output.footer([]);
  }
}

/** A wrong command line that says nothing about what to do next. */
function withHelp({ words }: Command): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof CommandFailure) || error.code !== 'usage' || error.hint !== undefined) throw error;
    throw usageFailure(error.message, `tidings ${words.join(' ')} --help shows examples.`);
  };
}

interface Prepared {
  readonly world: World;
  readonly terminal: Terminal;
  readonly output: Output;
}

async function runCommand(
  { run }: Command,
  typed: Typed,
  { world, terminal, output }: Prepared,
): Promise<ExitStatus | undefined> {
  const { env, signal, now = Date.now, fetch } = world;
  const given = createGiven(typed);
  let service: Promise<Service> | undefined;
  const open = async () => {
    const wanted = {
      api: given.text('api'),
      profile: given.text('profile'),
      merchantId: given.text('merchant'),
      dataDir: given.text('data-dir') ?? '.tidings',
      isHttpAllowed: given.has('allow-http'),
    };
    const connection = await connectionOf(wanted, { env, keyring: systemKeyring() });
    const onDefaultMerchant = (merchantId: string) =>
      output.note(`Merchant ${merchantId}, the default of ${connection.from}. --merchant ID names another.`);
    return openService(connection, { signal, onDefaultMerchant, ...(fetch !== undefined && { fetch }) });
  };
  const tools: Tools = {
    env,
    terminal,
    output,
    signal,
    now,
    service: () => {
      service ??= open();
      return service;
    },
  };
  return run(given, tools);
}
