import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { signedHeaders } from '../../protocol/signing/signed-headers.ts';
import { checkedSecret } from '../../receiver/verifying/keys.ts';
import type { Command, Tools } from '../command-line/command.ts';
import { EXIT, usageFailure } from '../command-line/exit-status.ts';
import type { Given } from '../command-line/given.ts';
import { explainSignature } from './explain-signature.ts';
import { headerLineOf, type SavedRequest, savedRequestOf } from './http-text.ts';

const SECRET_FILE = {
  name: 'secret-file',
  value: 'FILE',
  summary: 'file with the secret, instead of TIDINGS_SECRET',
};
const HEADER = {
  name: 'header',
  value: 'LINE',
  summary: 'a header: "webhook-id: msg_1"; repeatable',
  isList: true,
};
const FILE = { name: 'file', summary: 'the request, or its body; - is stdin' };

export const verify: Command = {
  words: ['verify'],
  summary: 'Say whether a saved callback is signed, and if not, why',
  details:
    'The file is a request as it arrived: headers, an empty line, the body. Or pass the headers as options, and the file is the ' +
    'body alone. Works without any service. It tries what usually goes wrong: the secret, a body that was parsed and written ' +
    'again, line ends, character sets, the clock. Status 1 if the signature is not right.',
  arguments: [FILE],
  options: [
    HEADER,
    SECRET_FILE,
    { name: 'at', value: 'TIME', summary: 'the time to verify at; default: now' },
  ],
  examples: [
    {
      line: 'TIDINGS_SECRET=whsec_… tidings verify request.txt',
      what: 'A request that a proxy or nc saved.',
    },
    {
      line: 'tidings verify body.json --secret-file secret.txt --header "webhook-id: msg_1" --header "webhook-timestamp: 1763625600" --header "webhook-signature: v1,…"',
      what: 'From a log: headers and body apart.',
    },
  ],
  async run(given, tools) {
    const { output, now } = tools;
    const request = withHeaders(await bytesOf(given.argument('file'), tools), given);
    const at = given.time('at', now());
    const nowMs = at === undefined ? now() : Date.parse(at);
    const findings = explainSignature({ ...request, secret: secretOf(given, tools), nowMs });
    const isSigned = findings.every(({ isFault }) => !isFault);
    output.json({ signed: isSigned, findings });
    for (const { code, isFault, why } of findings) {
      output.line(isFault ? ['✗ ', 'bad'] : ['✓ ', 'good'], [`${code}  `, 'strong'], why);
    }
    return isSigned ? EXIT.done : EXIT.failed;
  },
};

export const sign: Command = {
  words: ['sign'],
  summary: 'Sign a body as the service signs callbacks, for tests',
  arguments: [FILE],
  options: [
    SECRET_FILE,
    { name: 'id', value: 'ID', summary: 'the webhook-id', default: 'msg_test' },
    { name: 'at', value: 'TIME', summary: 'the time of the signature; default: now' },
  ],
  examples: [
    { line: 'TIDINGS_SECRET=whsec_… tidings sign body.json', what: 'The three headers.' },
    {
      line: 'tidings sign body.json --secret-file secret.txt --at 10m',
      what: 'Signed ten minutes ago: receivers must refuse it.',
    },
  ],
  async run(given, tools) {
    const { output, now } = tools;
    const body = await bytesOf(given.argument('file'), tools);
    const at = given.time('at', now());
    const timestamp = Math.floor((at === undefined ? now() : Date.parse(at)) / 1_000);
    const id = given.required('id');
    if (!/^[\x21-\x2d\x2f-\x7e]{1,256}$/.test(id))
      throw usageFailure('--id must be printable, without dots and spaces.');
    const key = secretBytesOf(secretOf(given, tools));
    const headers = signedHeaders({ id, timestamp, body: body.toString('utf8') }, [{ scheme: 'v1', key }]);
    output.json(headers);
    for (const [name, value] of Object.entries(headers)) output.line(`${name}: ${value}`);
    return EXIT.done;
  },
};

function secretBytesOf(secret: string): Uint8Array {
  try {
    return checkedSecret(secret, 'The secret');
  } catch (error) {
    throw usageFailure((error as Error).message);
  }
}

async function bytesOf(file: string, { terminal }: Tools): Promise<Buffer> {
  if (file === '-') return buffer(Readable.from(terminal.stdin));
  return readable(file);
}

function readable(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw usageFailure(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function secretOf(given: Given, { env }: Tools): string {
  const file = given.text('secret-file');
  const secret =
    file === undefined
      ? env.TIDINGS_SECRET
      : readable(file)
          .toString('utf8')
          .replace(/\r?\n$/, '');
  if (secret !== undefined && secret !== '') return secret;
  throw usageFailure(
    'There is no secret.',
    "Set TIDINGS_SECRET to the endpoint's secret, or pass --secret-file.",
  );
}

/** The file is a whole request, unless the headers are given as options. */
function withHeaders(bytes: Buffer, given: Given): SavedRequest {
  const lines = given.list('header');
  if (lines.length > 0) {
    const headers = lines.map((line) => {
      const header = headerLineOf(line);
      if (header === undefined)
        throw usageFailure(`${line} is no header.`, 'It looks like "webhook-id: msg_1".');
      return header;
    });
    return { headers: Object.fromEntries(headers), body: bytes };
  }
  const request = savedRequestOf(bytes);
  if (request !== undefined) return request;
  throw usageFailure(
    'The file has no headers.',
    'Save the whole request (headers, an empty line, the body), or pass each header with --header.',
  );
}
