/** A request as people save it: lines of headers, an empty line, and the body, byte for byte. */
export interface SavedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/;
const REQUEST_LINE = /^[A-Z]+ \S+( HTTP\/[\d.]+)?$/;

/** Reads a saved request. Undefined if it does not begin with headers. */
export function savedRequestOf(bytes: Buffer): SavedRequest | undefined {
  const headers: Record<string, string> = {};
  let at = 0;
  for (;;) {
    const end = bytes.indexOf('\n', at);
    if (end === -1) return undefined;
    const line = bytes.toString('utf8', at, end).replace(/\r$/, '');
    const isFirst = at === 0;
    at = end + 1;
    if (line === '') return { headers, body: bytes.subarray(at) };
    if (isFirst && REQUEST_LINE.test(line)) continue;
    const header = headerLineOf(line);
    if (header === undefined) return undefined;
    headers[header[0]] = header[1];
  }
}

/** The name, in lower case, and the value of `Webhook-Id: msg_1`. Undefined if it is no header. */
export function headerLineOf(line: string): readonly [name: string, value: string] | undefined {
  const [, name, value = ''] = HEADER_LINE.exec(line) ?? [];
  return name === undefined ? undefined : [name.toLowerCase(), value];
}
