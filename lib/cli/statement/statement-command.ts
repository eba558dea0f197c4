import { createReadStream } from 'node:fs';
import type { Command, Tools } from '../command-line/command.ts';
import { EXIT, usageFailure } from '../command-line/exit-status.ts';
import { MERCHANT } from '../command-line/shared-options.ts';
import { download } from './download.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;

export const statement: Command = {
  words: ['statement'],
  summary: "Download a day's statement, and verify its hash",
  details:
    'Without --out, the file goes to stdout, once it is verified. With --json, stdout has its description instead. A statement ' +
    'is a ledger: tidings reconcile --ledger compares it.',
  arguments: [{ name: 'date', summary: "day of the merchant's time zone: 2026-11-20" }],
  options: [
    MERCHANT,
    { name: 'out', value: 'FILE', summary: 'write it there; replaced at once, or not at all' },
  ],
  examples: [
    { line: 'tidings statement 2026-11-20 --out statement.csv', what: 'Keep it.' },
    {
      line: 'tidings statement 2026-11-20 --merchant shop-7 --json',
      what: 'Rows, hash and link, for a script.',
    },
  ],
  async run(given, tools) {
    const { ask, pathOfMerchant } = await tools.service();
    const { output, signal } = tools;
    const [date, out] = [given.argument('date'), given.text('out')];
    if (!DATE.test(date)) throw usageFailure(`${date} is no date.`, 'It looks like 2026-11-20.');
    const content = await ask({ method: 'GET', path: await pathOfMerchant(`/statements/${date}`) });
    if (output.isJson && out === undefined) {
      output.json(content);
      return EXIT.done;
    }
    const { url, bytes, sha256, rows } = content;
    const promised = { url: String(url), bytes: Number(bytes), sha256: String(sha256) };
    const file = await download(promised, {
      signal,
      beside: out,
      onProgress: (part) => output.progress.show('downloading', part),
    });
    output.progress.end();
    if (out === undefined) await pour(file.path, tools).finally(file.discard);
    else {
      await file.moveTo(out);
      output.json({ ...content, file: out });
      output.note(`✓ ${out}: ${String(rows)} rows, SHA-256 ${promised.sha256} verified`);
    }
    return EXIT.done;
  },
};

async function pour(path: string, { terminal }: Tools): Promise<void> {
  for await (const chunk of createReadStream(path, 'utf8')) terminal.stdout.write(chunk as string);
}
