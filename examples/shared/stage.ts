import { writeFileSync, writeSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { merchantId, transactionId } from '../../lib/initiator/index.ts';
import { type Arrow, createDrawing } from './drawing.ts';
import { countEffects, type Effects, type KillPlan, planOf } from './effects.ts';
import { Store } from './item-store.ts';
import { type Changes, type Ledger, ledgerOn, ledgerSchema } from './money-ledger.ts';
import { type Door, serve } from './serve.ts';
import {
  countedFetch,
  type Order,
  openTidings,
  type ServiceAccess,
  statusOf,
  type Tidings,
} from './tidings-calls.ts';

/** What a lesson gets: stores that outlive it, clients that are drawn and counted, and Tidings. */
export interface Stage {
  /** A SQLite file of this run. Each start finds it as the last start left it. */
  open(name: string, schema: string): Store;
  /** A ledger in its own file. */
  ledger(name: string, accounts: Changes): Ledger;
  /** `from`'s client of `to`. Each call is drawn as a message and an answer. If both are the same, it is an action. */
  client<Target extends object>(from: string, to: string, target: Target): Target;
  /** Draws something that is not a call: what is away, late or lost. */
  note(column: string, text: string): void;
  tidings(from: string): Tidings;
  order(name: string, amount: number): Order;
  /** The transaction's status in Tidings. Undefined if Tidings does not know it. Not drawn. */
  statusOf(order: Order): Promise<string | undefined>;
  /** Serves a participant. Its address stays the same after a restart. */
  serve(listener: RequestListener): Promise<Door>;
  /** The global fetch with counted effects, for clients that accept one. */
  readonly fetch: typeof globalThis.fetch;
  readonly effects: Effects;
  readonly service: ServiceAccess;
  /** Prefix of all transaction ids of this run. */
  readonly run: string;
}

/** What is known at the end of a start: the number of effects, and messages by transaction. */
export interface Played {
  readonly effects: number;
  readonly messages: Readonly<Record<string, number>>;
  /** The transactions by the lesson's names, in the lesson's order. */
  readonly orders: readonly string[];
}

/** Runs a lesson in this process: from the start, or from the stores that a killed start left. */
export async function play(
  columns: readonly string[],
  lesson: (stage: Stage) => Promise<void>,
): Promise<void> {
  const settings = settingsOf(process.env);
  const messages = new Map<string, number>();
  const orders: string[] = [];
  const open: Arrow[] = [];
  const drawing = createDrawing({
    columns,
    colours: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
    // Written synchronously, so that a killed process loses no line.
    write: (line) => void writeSync(1, `${line}\n`),
  });
  const effects = countEffects(settings.kill, (plan) => {
    drawing.killed(open.at(-1), plan);
    writeFileSync(join(settings.dir, 'killed'), `${plan.at}:${plan.effect}`);
    process.kill(process.pid, 'SIGKILL');
  });
  if (settings.isFirst) drawing.head();
  else drawing.across('started again');

  const short = (text: string) => text.replace(`${settings.run}_`, '');
  const client: Stage['client'] = (from, to, target) =>
    drawnClient(target, {
      begin(label, about) {
        const arrow = { from, to, label: short(label) };
        const before = effects.count;
        open.push(arrow);
        return (answer) => {
          open.splice(open.indexOf(arrow), 1);
          const made = { first: before + 1, last: effects.count };
          if (from !== to && about !== undefined)
            messages.set(short(about), (messages.get(short(about)) ?? 0) + 2);
          drawing.arrow({ ...arrow, answer: short(answer), ...(made.last > before && { effects: made }) });
        };
      },
    });
  const openStore = (name: string, schema: string) =>
    new Store(join(settings.dir, `${name}.sqlite`), schema, effects);
  await lesson({
    effects,
    run: settings.run,
    service: settings.service,
    fetch: countedFetch(effects),
    serve: (listener) => serve(settings.run, listener),
    client,
    open: openStore,
    ledger: (name, accounts) => ledgerOn(openStore(name, ledgerSchema(accounts))),
    note: drawing.note,
    tidings: (from) => client(from, 'Tidings', openTidings(settings.service, effects)),
    statusOf: (order) => statusOf(settings.service, order),
    order(name, amount) {
      orders.push(name);
      const id = transactionId(`${settings.run}_${name}`);
      return { id, amount, currency: 'CNY', occurredAt: settings.occurredAt };
    },
  });
  drawing.across('ended');
  const played: Played = { effects: effects.count, messages: Object.fromEntries(messages), orders };
  writeFileSync(join(settings.dir, 'played.json'), JSON.stringify(played));
  process.exit(0);
}

interface Settings {
  readonly dir: string;
  /** Makes the transaction ids of this run unique. */
  readonly run: string;
  readonly occurredAt: string;
  readonly isFirst: boolean;
  readonly kill: KillPlan | undefined;
  readonly service: ServiceAccess;
}

function settingsOf(env: NodeJS.ProcessEnv): Settings {
  const setting = (name: string) => {
    const value = env[name];
    if (value === undefined) throw new Error('Start a lesson with: npm run example -- <name>');
    return value;
  };
  return {
    dir: setting('EXAMPLE_DIR'),
    run: setting('EXAMPLE_RUN'),
    occurredAt: setting('EXAMPLE_OCCURRED_AT'),
    isFirst: setting('EXAMPLE_START') === '1',
    kill: planOf(env.EXAMPLE_KILL),
    service: {
      api: setting('TIDINGS_API'),
      key: setting('TIDINGS_KEY'),
      merchant: merchantId(setting('TIDINGS_MERCHANT')),
      merchantSecret: setting('TIDINGS_MERCHANT_SECRET'),
      receiverKey: setting('TIDINGS_RECEIVER_KEY'),
      table: JSON.parse(setting('TIDINGS_TABLE')) as ServiceAccess['table'],
    },
  };
}

interface Calls {
  /** @returns a function that takes the answer */
  begin(label: string, about: string | undefined): (answer: string) => void;
}

type Method = (...args: unknown[]) => unknown;

function drawnClient<Target extends object>(target: Target, calls: Calls): Target {
  const drawn = (name: string, method: Method): Method => {
    return (...args) => {
      const about = args.map(idOf).find((id) => id !== undefined);
      const words = args.filter((arg) => typeof arg === 'string' && arg !== about);
      const end = calls.begin([wordsOf(name), about, ...words].filter(Boolean).join(' '), about);
      const fail = (error: unknown): never => {
        end(`✗ ${(error as Error).message}`);
        throw error;
      };
      const succeed = <Answer>(answer: Answer): Answer => {
        end(answerText(answer));
        return answer;
      };
      try {
        const answer = method.apply(target, args);
        return answer instanceof Promise ? answer.then(succeed, fail) : succeed(answer);
      } catch (error) {
        return fail(error);
      }
    };
  };
  return new Proxy(target, {
    get(_, name) {
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? drawn(String(name), value as Method) : value;
    },
  });
}

/** The transaction id in an argument: the argument itself, or its `id`. */
function idOf(argument: unknown): string | undefined {
  if (typeof argument === 'string') return /^\w+_pay_\d+$/.test(argument) ? argument : undefined;
  const id = (argument as { readonly id?: unknown } | null)?.id;
  return typeof id === 'string' ? id : undefined;
}

function wordsOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function answerText(answer: unknown): string {
  if (typeof answer === 'string') return answer;
  const { kind, status } = (answer ?? {}) as { readonly kind?: unknown; readonly status?: unknown };
  return String(kind ?? status ?? '');
}
