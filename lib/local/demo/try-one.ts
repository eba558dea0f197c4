import { printable } from '../../printable.ts';
import { type CallbackRequest, toNodeHandler, verify } from '../../receiver/index.ts';
import { createApi } from '../api-client.ts';
import { type Credentials, type MerchantCredentials, readCredentials } from '../credentials.ts';
import { startReceiver } from './demo-receiver.ts';
import { createOrders, type Order } from './orders.ts';

/** A callback that takes longer than this counts as missing. */
const CALLBACK_TIMEOUT_MS = 15_000;

/**
 * Records one outcome with its own callback URL, receives and verifies the callback, and shows what was sent and
 * received, as a user would do with curl.
 *
 * @throws Error that says what to do if no service is running
 */
export async function tryOne(options: {
  readonly dataDir: string;
  readonly write: (line: string) => void;
}): Promise<void> {
  const { dataDir, write } = options;
  const credentials = readCredentials(dataDir);
  if (credentials === undefined) {
    throw new Error(`No service has run from ${dataDir}. Run npm start in another terminal first.`);
  }
  const [merchant] = credentials.merchants;
  if (merchant === undefined) {
    throw new Error(
      `The service in ${dataDir} was started with --no-demo, but this command uses the demo's merchant. ` +
        'Start the service without --no-demo.',
    );
  }
  const arrived = Promise.withResolvers<CallbackRequest>();
  const receiver = await startReceiver({
    port: 0,
    listener: toNodeHandler((request) => {
      // If `verify` throws, the receiver answers 4xx and the callback is sent again.
      verify(request, { secrets: merchant.merchantSecret });
      arrived.resolve(request);
      return { status: 204 };
    }),
  });
  try {
    const order = await record({ credentials, merchant, dataDir, notifyUrl: receiver.url });
    show(write, { credentials, merchant, order });
    showCallback(write, await within(arrived.promise));
    write(
      `\n# The same query as the merchant would send it:\ncurl ${credentials.api}/v1/transactions/${order.transactionId} \\`,
    );
    write(`  -H 'authorization: Bearer ${merchant.receiverKey}'`);
  } finally {
    await receiver.stop();
  }
}

interface TrialOrder {
  readonly credentials: Credentials;
  readonly merchant: MerchantCredentials;
  readonly dataDir: string;
  readonly notifyUrl: string;
}

async function record(options: TrialOrder): Promise<Order> {
  const { credentials, merchant, dataDir, notifyUrl } = options;
  const orders = createOrders({
    api: createApi(credentials.api),
    credentials,
    merchant,
    dataDir,
  });
  try {
    return await orders.recordNext({ notifyUrl });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Error(
      `The service does not answer at ${credentials.api}. Run npm start in another terminal first.`,
    );
  }
}

interface RecordedOrder extends Pick<TrialOrder, 'credentials' | 'merchant'> {
  readonly order: Order;
}

function show(write: (line: string) => void, { credentials, merchant, order }: RecordedOrder): void {
  write(`# ${order.name} is recorded. The same request with curl, safe to repeat:`);
  write(
    `curl -X PUT ${credentials.api}/v1/merchants/${merchant.merchantId}/transactions/${order.transactionId} \\`,
  );
  write(`  -H 'authorization: Bearer ${credentials.initiatorKey}' \\`);
  write(`  -H 'content-type: application/json' \\`);
  write(`  -d '${JSON.stringify(order.content)}'`);
}

function showCallback(write: (line: string) => void, callback: CallbackRequest): void {
  write('\n# The callback as received. The receiver kit has verified its signature:');
  write('POST /callbacks HTTP/1.1');
  for (const [name, value] of Object.entries(callback.headers)) {
    write(printable(`${name}: ${value}`));
  }
  write(`\n${printable(Buffer.from(callback.body).toString())}`);
}

async function within<T>(promise: Promise<T>): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => timeout.reject(new Error('No callback arrived in time. See tidings.log in the data directory.')),
    CALLBACK_TIMEOUT_MS,
  );
  try {
    return await Promise.race([promise, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
