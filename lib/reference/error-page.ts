import { ERROR_CODES, type ErrorCode, STATUS_MEANINGS } from './error-codes.ts';

/** The page `docs/errors.md`, made from the list of codes. */

const HEAD = `# Error codes

For everybody whose program calls the API. Each code has a section with its meaning and what to do; \`npm run docs\` makes this page from the
list of codes. Symptoms that are no answer of the API are in [troubleshooting](troubleshooting.md).

A refused request is answered with \`application/problem+json\` (RFC 9457). The \`code\` is stable; the \`title\` is for people and may change. The \`type\`
leads to the code's section of the service's own reference. \`detail\`, where there is one, says what to do about this request:

\`\`\`json
{ "type": "/docs#invalid_value", "title": "A field has a value that is not allowed.", "status": 400, "code": "invalid_value",
  "detail": "Use hour or day.",
  "errors": [{ "pointer": "/query/resolution", "code": "invalid_value", "detail": "Use hour or day." }] }
\`\`\`

- If several fields are wrong, \`errors\` has each with a JSON pointer into the body; \`/query/…\` and \`/path/…\` name parameters. \`code\` and \`detail\`
  are those of the first.
- Decide by \`code\`, and treat an unknown one by its status: repeat 429 and 5xx with growing pauses, and no other.
- *Final* means that the same request would be refused again. The [receiver kit](guides/receiver.md) and the [initiator kit](guides/initiator.md)
  repeat what is not final.
- An item of a batch has its own code, with the same meaning.
- Refusals of the gateway itself have no \`code\`: \`{"message":"Too Many Requests"}\` (429), and bodies
  over 10 MB or [too large for Lambda](limits.md#what-can-be-recorded) (413).

Errors of attempts, such as \`tls_failed\`, are in [troubleshooting](troubleshooting.md#my-callback-did-not-arrive), exit statuses of commands in
[the command line](cli.md), faults of the kits in their guides.
`;

export function errorPage(): string {
  const byStatus = Map.groupBy(ERROR_CODES, ({ status }) => status);
  const sections = [...byStatus].map(([status, codes]) => statusSection(status, codes));
  return `${HEAD}\n${sections.join('\n')}`;
}

function statusSection(status: number, codes: readonly ErrorCode[]): string {
  return [`## ${status}`, '', STATUS_MEANINGS[status] ?? '', '', ...codes.map(codeSection)].join('\n');
}

function codeSection({ code, title, remedy, isFinal }: ErrorCode): string {
  return `### ${code}\n\n${title} ${isFinal ? 'Final.' : 'May be repeated.'}\n\n**Do:** ${remedy}\n`;
}
