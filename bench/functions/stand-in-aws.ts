import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { itemsOf, SECRET_TEXT } from './stored-rows.ts';

/**
 * Answers the calls of the functions at once, with what AWS would answer when all goes well: every write succeeds, and every
 * read finds what was recorded. It also stands in for the receivers and initiators. So a function's own work is all that is left.
 */
export interface StandInAws {
  readonly url: string;
  /** Calls by name since the last time, such as `PutItem`, and `callback`. */
  takeCalls(): ReadonlyMap<string, Sent>;
  close(): Promise<void>;
}

/** Calls of one name, and the bytes of their requests: heads and bodies. AWS's requests are signed, heads and bodies. */
export interface Sent {
  readonly calls: number;
  readonly bytes: number;
}

type Body = Readonly<Record<string, unknown>>;
type Answer = (body: Body, url: string) => object;

const md5 = (text: unknown) => createHash('md5').update(String(text)).digest('hex');
const sentMessage = (message: Body) => ({ MessageId: 'm', MD5OfMessageBody: md5(message.MessageBody) });

/** Answers by the last part of `x-amz-target`. Calls without one are callbacks. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  GetItem: ({ Key }, url) => ({ Item: itemsOf(keyText(Key, 'pk'), keyText(Key, 'sk'), url)[0] }),
  Query: ({ ExpressionAttributeValues }, url) => ({
    Items: itemsOf(
      keyText(ExpressionAttributeValues, ':pk'),
      keyText(ExpressionAttributeValues, ':versions'),
      url,
    ),
  }),
  BatchGetItem: ({ RequestItems }, url) => ({
    Responses: Object.fromEntries(
      Object.entries(RequestItems as Readonly<Record<string, { readonly Keys: readonly Body[] }>>).map(
        ([table, { Keys }]) => [
          table,
          Keys.flatMap((Key) => itemsOf(keyText(Key, 'pk'), keyText(Key, 'sk'), url)),
        ],
      ),
    ),
  }),
  PutItem: () => ({}),
  UpdateItem: () => ({}),
  TransactWriteItems: () => ({}),
  SendMessage: sentMessage,
  SendMessageBatch: ({ Entries }) => ({
    Successful: (Entries as readonly Body[]).map((entry) => ({ Id: entry.Id, ...sentMessage(entry) })),
  }),
  Decrypt: () => ({ KeyId: 'key', Plaintext: Buffer.from(SECRET_TEXT).toString('base64') }),
  GetSecretValue: () => ({ SecretString: SECRET_TEXT }),
  callback: () => ({ status: 'PENDING' }),
};

export async function startStandInAws(): Promise<StandInAws> {
  let calls = new Map<string, Sent>();
  let url = '';
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const name =
      String(request.headers['x-amz-target'] ?? 'callback')
        .split('.')
        .at(-1) ?? '';
    const bytes = body.length + headBytes(request.headers);
    const { calls: before, bytes: sent } = calls.get(name) ?? { calls: 0, bytes: 0 };
    calls.set(name, { calls: before + 1, bytes: sent + bytes });
    const answer = ANSWERS[name]?.(JSON.parse(body.toString()) as Body, url);
    const text = JSON.stringify(answer ?? { __type: 'UnknownOperationException' });
    response.writeHead(answer === undefined ? 400 : 200, headersOf(name, text));
    response.end(text);
  });
  await listen(server);
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    takeCalls() {
      const taken = calls;
      calls = new Map();
      return taken;
    },
    close: () => new Promise((resolve) => void server.close(() => resolve()).closeAllConnections()),
  };
}

function headBytes(headers: IncomingHttpHeaders): number {
  return Object.entries(headers).reduce((sum, [name, value]) => sum + `${name}: ${value}\r\n`.length, 0);
}

/** As AWS sends them. */
function headersOf(name: string, text: string): Readonly<Record<string, string>> {
  return {
    'content-type': name === 'callback' ? 'application/json' : 'application/x-amz-json-1.0',
    'content-length': String(Buffer.byteLength(text)),
    'x-amzn-requestid': 'K3A0S1L2T4VJ4B9E8M5N6Q7R8SVV4KQNSO5AEMVJF66Q9ASUAAJG',
    'x-amz-crc32': '2745614147',
  };
}

function keyText(attributes: unknown, name: string): string {
  return (attributes as Readonly<Record<string, { readonly S: string }>>)[name]?.S ?? '';
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => void server.listen(0, '127.0.0.1', resolve));
}
