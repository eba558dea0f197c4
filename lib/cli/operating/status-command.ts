import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import type { Command } from '../command-line/command.ts';
import { EXIT } from '../command-line/exit-status.ts';
import { ONE_MERCHANT } from '../command-line/shared-options.ts';
import type { Output } from '../output/output.ts';
import { cutTo, padTo, widthOf } from '../output/width.ts';
import { MAX_ASKED, merchantsConcerned } from './merchants-concerned.ts';
import { durationText, type Need, needsOf } from './overview-page.ts';

export const status: Command = {
  words: ['status'],
  summary: 'Show what needs attention, how far windows are closed, and the backlog',
  details: `One page. With status 1, something needs attention: the page names it, with the command that shows it. It names the merchants whose callbacks were not delivered, if they are among the first ${MAX_ASKED}. Needs a key of scope admin or merchant.`,
  options: [ONE_MERCHANT],
  examples: [
    { line: 'tidings status', what: 'The whole service, or the merchant of the key.' },
    {
      line: 'tidings status --merchant shop-7 --json',
      what: 'One merchant and its endpoints, for a script.',
    },
  ],
  async run(given, { service, output }) {
    const opened = await service();
    const { ask, connection, whoAmI } = opened;
    const { content, scope, merchantId: own } = await whoAmI();
    const merchantId = given.text('merchant');
    // A key of a merchant sees no other one.
    if (own !== undefined && merchantId !== undefined) await opened.merchantId();
    const overview = await ask({
      method: 'GET',
      path: '/v1/overview',
      parameters: own === undefined ? { merchantId } : {},
    });
    const whose = own ?? merchantId;
    const concerned = whose === undefined ? await merchantsConcerned(opened, overview) : undefined;
    const needs = needsOf(overview, {
      ...(own === undefined && merchantId !== undefined && { merchantId }),
      ...(concerned !== undefined && { concerned }),
    });
    output.json({
      scope,
      ...(whose !== undefined && { merchantId: whose }),
      needs: needs.length,
      ...overview,
      ...(concerned !== undefined && concerned.length > 0 && { concerned }),
    });
    if (!output.isJson) {
      const key = `${String(content.keyId ?? 'root')} · scope ${scope}`;
      output.item({}, [
        ['service', `${connection.api} (${connection.from})`],
        ['key', key],
        ['about', whose === undefined ? 'all merchants' : `merchant ${whose}`],
        ['closed', throughText(overview.closedThrough, overview.closedBehindSeconds)],
        ['audited', throughText(overview.auditedThrough, overview.auditedBehindSeconds)],
        ...balanceFields(overview),
      ]);
      showNeeds(output, needs);
    }
    return needs.length === 0 ? EXIT.done : EXIT.failed;
  },
};

function throughText(time: unknown, behind: unknown): string {
  if (typeof time !== 'string') return 'no window yet';
  const late = typeof behind === 'number' && behind > 0 ? `, ${durationText(behind)} later than planned` : '';
  return `through ${time}${late}`;
}

type Fields = readonly (readonly [string, string])[];

/** The last 24 hours. The backlog is what is still open. */
function balanceFields({ balance, stats }: JsonObject): Fields {
  const day = isObject(balance) ? balance : {};
  const count = (name: string) => Number(day[name] ?? 0).toLocaleString('en');
  const hours = Array.isArray(stats) ? stats.filter(isObject) : [];
  const sum = (name: string) => hours.reduce((all, hour) => all + Number(hour[name] ?? 0), 0);
  return [
    ['24 hours', `${count('delivered')} delivered, ${count('acknowledged')} acknowledged`],
    ['backlog', `${count('open')} to be delivered, ${count('notAuditedYet')} not audited yet`],
    [
      'attempts',
      `${sum('attempts').toLocaleString('en')}, ${sum('delivered').toLocaleString('en')} succeeded`,
    ],
  ];
}

/** Cells of the columns. With the longest command they take 80. */
const WHAT = 15;
const ABOUT = 18;
const PAGE_WIDTH = 80;

function showNeeds({ line }: Output, needs: readonly Need[]): void {
  line('');
  if (needs.length === 0) {
    line(['✓ Nothing needs attention.', 'good']);
    return;
  }
  line(['Needs attention', 'strong']);
  for (const { what, count, about, command } of needs) {
    const cells = `${padTo(what, WHAT)} ${count.padStart(6)}  ${padTo(cutTo(about, ABOUT), ABOUT)}`;
    // A command to copy stays on one line.
    if (widthOf(cells) + widthOf(command) + 3 <= PAGE_WIDTH)
      line(['✗ ', 'bad'], `${cells} `, [command, 'quiet']);
    else {
      line(['✗ ', 'bad'], cells.trimEnd());
      line(['    ', 'quiet'], [command, 'quiet']);
    }
  }
}
