import { printableLines } from '../../printable.ts';
import type { Command } from '../command-line/command.ts';
import { CommandFailure, EXIT } from '../command-line/exit-status.ts';
import { ONE_MERCHANT } from '../command-line/shared-options.ts';
import type { Output } from '../output/output.ts';
import { type GatheredMerchant, gatherSettings } from './gather-settings.ts';
import { ENDPOINT_FIELDS, MERCHANT_FIELDS } from './setting-fields.ts';
import { settingsDocument, writeSettingsFile } from './settings-file.ts';

const names = (fields: readonly { readonly name: string }[]) => fields.map(({ name }) => name).join(', ');

export const exportCommand: Command = {
  words: ['export'],
  summary: 'Write the settings of merchants and endpoints as JSON, without secrets',
  details: `The file is {"format": "tidings-settings/1", "merchants": [...]}. Merchants and endpoints are sorted by id, so two exports of the same settings are the same file: keep it in git. A merchant has merchantId, ${names(MERCHANT_FIELDS)} and endpoints; an endpoint has endpointId, ${names(ENDPOINT_FIELDS)}.

It has no keys, no secrets, no values of headers (only their names), no state and no outcomes. Erased merchants are not in it. A URL is exported as it is, also if somebody put a password into it.`,
  options: [
    ONE_MERCHANT,
    { name: 'out', value: 'FILE', summary: 'write it there, as a whole; default: stdout' },
  ],
  examples: [
    { line: 'tidings export --profile staging --out settings.json', what: 'All merchants of a service.' },
    { line: 'tidings export --merchant shop-7 > shop-7.json', what: 'One merchant.' },
  ],
  async run(given, tools) {
    const { output, terminal } = tools;
    const [out, named] = [given.text('out'), given.text('merchant')];
    const merchants = await gatherSettings({
      service: await tools.service(),
      merchantId: named,
      onProgress: (part) => output.progress.show('reading', part),
    });
    output.progress.end();
    if (named !== undefined && merchants.length === 0) {
      throw new CommandFailure(EXIT.refused, 'unknown_merchant', `There is no merchant ${named}.`, {
        hint: 'tidings merchants list shows all merchants.',
      });
    }
    const document = settingsDocument(merchants);
    // Invisible characters of names and descriptions are escaped, so that a review sees them. The JSON means the same.
    const text = printableLines(`${JSON.stringify(document, undefined, output.isJson ? undefined : 2)}\n`);
    if (out === undefined) terminal.stdout.write(text);
    else {
      writeSettingsFile(out, text);
      output.json({ file: out, merchants: merchants.length });
    }
    noteWhatIsLeftOut(output, merchants);
    return EXIT.done;
  },
};

function noteWhatIsLeftOut(output: Output, merchants: readonly GatheredMerchant[]): void {
  for (const { merchantId, endpoints } of merchants) {
    for (const { endpointId, settings, disabledReason = 'by an older version' } of endpoints) {
      if (settings.enabled === false) {
        output.note(`${merchantId}/${endpointId} is disabled (${disabledReason}), and is exported so.`);
      }
    }
  }
  const [endpoints, headers] = [merchants.flatMap((one) => one.endpoints), withHeaders(merchants)];
  output.note(`${counted(merchants.length, 'merchant')}, ${counted(endpoints.length, 'endpoint')}.`);
  if (headers > 0) {
    output.note(
      `${counted(headers, 'endpoint')} with headers: an import needs their values (--header-values).`,
    );
  }
}

function withHeaders(merchants: readonly GatheredMerchant[]): number {
  return merchants.flatMap(({ endpoints }) => endpoints).filter(({ settings }) => 'headers' in settings)
    .length;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
