import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isoTime } from '../../protocol/instants.ts';
import { type CallbackRequest, toNodeHandler, verify } from '../../receiver/index.ts';
import type { Command } from '../command-line/command.ts';
import { CommandFailure, EXIT, usageFailure } from '../command-line/exit-status.ts';
import { MERCHANT } from '../command-line/shared-options.ts';
import type { Output } from '../output/output.ts';

/** A callback that takes longer than this counts as missing. */
const CALLBACK_TIMEOUT_MS = 15_000;

export const tryCommand: Command = {
  words: ['try'],
  summary: 'Record one outcome on this machine, and show its callback',
  details:
    'It records an outcome with a callback URL of its own, waits for the callback, verifies it, and shows both with their curl ' +
    'commands. The service must be able to call this machine: use it with npm start.',
  options: [MERCHANT],
  examples: [
    { line: 'tidings try', what: 'With npm start in another terminal.' },
    { line: 'tidings try --data-dir /tmp/second --json', what: 'Of a service with another data directory.' },
  ],
  async run(_given, { service, output, signal, now }) {
    const initiator = (await service()).as('initiator');
    const { secret, api, key } = initiator.connection;
    if (secret === undefined) {
      throw usageFailure(
        "The merchant's secret is not known, so no callback can be verified.",
        'Start the service without --no-demo, or set TIDINGS_SECRET=whsec_….',
      );
    }
    const merchantId = await initiator.merchantId();
    const receiver = await receiveOne(secret);
    try {
      const id = now().toString(36);
      const path = `/v1/merchants/${merchantId}/transactions/try_${id}`;
      const content = {
        transactionType: 'payment',
        status: 'SUCCEEDED',
        amount: 1_999,
        currency: 'CNY',
        occurredAt: isoTime(now()),
        reference: `TRY-${id}`,
        notifyUrl: receiver.url,
      };
      const recorded = await initiator.ask({ method: 'PUT', path, body: content });
      output.line(`# ${content.reference} is recorded. The same request with curl, safe to repeat:`);
      showCurl(output, `-X PUT ${api}${path}`, key, JSON.stringify(content));
      const callback = await receiver.arrival(
        AbortSignal.any([signal, AbortSignal.timeout(CALLBACK_TIMEOUT_MS)]),
      );
      const body = Buffer.from(callback.body).toString();
      output.json({ recorded, callback: { headers: callback.headers, body } });
      showCallback(output, callback, body);
      const asking = (await service()).as('receiver').connection;
      output.line('');
      output.line('# The same query as the merchant would send it:');
      showCurl(output, `${api}/v1/transactions/try_${id}`, asking.key);
      return EXIT.done;
    } finally {
      receiver.stop();
    }
  },
};

/** A receiver for one callback. One that is not signed with the secret is refused, and comes again. */
async function receiveOne(secret: string) {
  const arrived = Promise.withResolvers<CallbackRequest>();
  const server = createServer(
    toNodeHandler((request) => {
      verify(request, { secrets: secret });
      arrived.resolve(request);
      return { status: 204 };
    }),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/callbacks`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
    async arrival(signal: AbortSignal): Promise<CallbackRequest> {
      const left = Promise.withResolvers<never>();
      signal.addEventListener('abort', () =>
        left.reject(
          new CommandFailure(EXIT.failed, 'no_callback', 'No callback arrived in 15 s.', {
            hint: 'Can the service call this machine? tidings undelivered --state retrying shows how it went.',
          }),
        ),
      );
      return Promise.race([arrived.promise, left.promise]);
    },
  };
}

function showCurl(output: Output, request: string, key: string, body?: string): void {
  output.line(`curl ${request} \\`);
  output.line(`  -H 'authorization: Bearer ${key}'${body === undefined ? '' : ' \\'}`);
  if (body === undefined) return;
  output.line("  -H 'content-type: application/json' \\");
  output.line(`  -d '${body}'`);
}

function showCallback(output: Output, { headers }: CallbackRequest, body: string): void {
  output.line('');
  output.line('# The callback as received. The receiver kit has verified its signature:');
  output.line('POST /callbacks HTTP/1.1');
  for (const [name, value] of Object.entries(headers)) output.line(`${name}: ${String(value)}`);
  output.line('');
  output.line(body);
}
