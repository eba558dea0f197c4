import { createApi } from '../../lib/local/api-client.ts';
import {
  type Credentials,
  type MerchantCredentials,
  provideCredentials,
  readCredentials,
} from '../../lib/local/credentials.ts';
import { type Board, createBoard } from '../../lib/local/demo/board.ts';
import { listenToKeys } from '../../lib/local/demo/demo-keys.ts';
import { type DemoReceiver, startReceiver } from '../../lib/local/demo/demo-receiver.ts';
import { openShop, type Shop } from '../../lib/local/demo/demo-shop.ts';
import { openLiveBoard } from '../../lib/local/demo/live-board.ts';
import { createOrders } from '../../lib/local/demo/orders.ts';
import { createDemo, DEMO_SCHEDULE } from '../../lib/local/demo/story.ts';
import { LocalCloudError } from '../../lib/local/errors.ts';
import { PRESET_DEFAULTS } from '../../lib/settings.ts';

/** The demo of `npm start`: a merchant, its receiver, and a story that they play. */

const DEMO_MERCHANT = 'demo';
const KEYS = '[k] receiver offline/online   [r] record an order   [q] quit';

export interface DemoRun {
  readonly api: string;
  readonly adminKey: string;
  readonly dataDir: string;
  readonly receiverPort: number;
  readonly signal: AbortSignal;
  /** Ends the service. */
  readonly end: () => void;
  /** Called once everything is there, before the story begins. */
  readonly onReady: () => Promise<void>;
}

/** Starts the demo. @returns its receiver, to be stopped with the service */
export async function runDemo(run: DemoRun): Promise<DemoReceiver> {
  const { api, adminKey, dataDir, signal } = run;
  const open = (merchant: MerchantCredentials) => openShop({ api, merchant, dataDir, now: Date.now });
  // The receiver must listen before its endpoint is created. Until then, it verifies with the secret of the last run.
  const lastRun = merchantOf(readCredentials(dataDir));
  let shop: Shop | undefined = lastRun && open(lastRun);
  const receiver = await startReceiver({
    port: run.receiverPort,
    listener: (request, response) => {
      if (shop === undefined) response.writeHead(503).end();
      else shop.listener(request, response);
    },
  }).catch((error: unknown) => {
    throw new LocalCloudError(
      'port_in_use',
      `The demo's receiver cannot listen on ${run.receiverPort}. Choose another port with --receiver-port. ${String(error)}`,
    );
  });
  const demo = { merchantId: DEMO_MERCHANT, schedule: DEMO_SCHEDULE, url: receiver.url };
  const credentials = await provideCredentials({ dataDir, apiUrl: api, adminKey, demo });
  const merchant = merchantOf(credentials);
  if (merchant === undefined) throw new Error('The demo has no merchant in credentials.json.');
  shop?.close();
  const current = open(merchant);
  shop = current;
  await run.onReady();

  const board = boardFor(run, merchant, receiver);
  const story = createDemo({
    shop: current,
    orders: createOrders({ api: createApi(api), credentials, merchant, dataDir }),
    receiver,
    board,
    windowSeconds: PRESET_DEFAULTS.local.windowSeconds,
    signal,
  });
  listenToKeys(
    { k: story.toggleReceiver, r: story.recordOne, q: async () => run.end() },
    { end: run.end, fail: board.note },
  );
  story.run().then(
    () => board.plain('Next: npm run try   records an order, and shows its callback and curl commands'),
    (error: unknown) => {
      if (!signal.aborted) board.note(`The demo stopped: ${String(error)}`);
    },
  );
  return receiver;
}

function merchantOf(credentials: Credentials | undefined): MerchantCredentials | undefined {
  return credentials?.merchants.find(({ merchantId }) => merchantId === DEMO_MERCHANT);
}

/** Plain lines where nobody looks at a terminal. */
function boardFor({ api, signal }: DemoRun, merchant: MerchantCredentials, receiver: DemoReceiver): Board {
  const { stdin, stdout, stderr, env } = process;
  const now = Date.now;
  const hasColour = stdout.isTTY === true && (env.NO_COLOR ?? '') === '';
  if (stdout.isTTY === true && stderr.isTTY === true && env.TERM !== 'dumb') {
    const hasKeys = stdin.isTTY === true;
    return openLiveBoard({ api, merchant, receiver, stdout, stderr, hasColour, hasKeys, now, signal });
  }
  stdout.write(stdin.isTTY ? `${KEYS}\n\n` : '\n');
  return createBoard({
    write: (line) => void stdout.write(`${line}\n`),
    writeError: (line) => void stderr.write(`${line}\n`),
    now,
    colours: hasColour,
  });
}
