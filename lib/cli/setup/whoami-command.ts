import type { Command } from '../command-line/command.ts';

export const whoami: Command = {
  words: ['whoami'],
  summary: 'Show which service and key are used, and what the key may do',
  options: [],
  examples: [
    { line: 'tidings whoami', what: 'The service that a command without options would use.' },
    { line: 'tidings whoami --profile live --json', what: 'The same about a profile, for a script.' },
  ],
  async run(_given, { service, output }) {
    const { connection, whoAmI } = await service();
    const { content } = await whoAmI();
    const { api, from, merchantId: preset } = connection;
    const all = preset === undefined ? 'all' : `all; without --merchant, commands are about ${preset}`;
    const { keyId, scope, merchantId, expiresAt } = content;
    output.item({ api, from, ...content }, [
      ['service', api],
      ['named by', from],
      ['key', shown(keyId)],
      ['scope', shown(scope)],
      ['merchant', shown(merchantId) ?? all],
      ['expires', shown(expiresAt) ?? 'never'],
    ]);
    return undefined;
  },
};

function shown(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
