import type { Command } from '../command-line/command.ts';
import { EXIT } from '../command-line/exit-status.ts';
import { MERCHANT } from '../command-line/shared-options.ts';

export const portal: Command = {
  words: ['portal'],
  summary: "Make a link that opens one merchant's console",
  details: 'It opens once. Who has it sees and settles what the merchant may: send it like a password.',
  options: [
    MERCHANT,
    {
      name: 'expires',
      value: 'TIME',
      summary: 'until when it can be opened: 15m, 1h from now; default: of the service',
    },
  ],
  examples: [
    { line: 'tidings portal --merchant shop-7', what: 'Only the link, on stdout.' },
    { line: 'tidings portal --expires 5m --json', what: 'With its end, for a script.' },
  ],
  async run(given, { service, output, now }) {
    const { ask, merchantId } = await service();
    const nowMs = now();
    const expiresAt = given.futureTime('expires', nowMs);
    const body = {
      ...(expiresAt !== undefined && {
        expiresInSeconds: Math.round((Date.parse(expiresAt) - nowMs) / 1_000),
      }),
    };
    const link = await ask({
      method: 'POST',
      path: `/v1/merchants/${await merchantId()}/portal-links`,
      body,
    });
    output.json(link);
    output.line(String(link.url));
    output.note(`It opens once, until ${String(link.expiresAt)}.`);
    return EXIT.done;
  },
};
