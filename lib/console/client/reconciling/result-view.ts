import type { Difference, Result, Side } from './messages.ts';
import type { PageTexts } from './page.ts';

/** Shows a result: the rows that differ, and the colours of the calendar. All text is set as text, never as HTML. */

type Kind = 'missing_here' | 'missing_there' | 'different';
/** Rows that are chosen at first: as many as one form sends. */
const MAX_CHOSEN = 50;
/** Rows in the table. All of them are in the download. */
const MAX_SHOWN = 500;

const KINDS: Readonly<Record<string, Kind>> = { only_here: 'missing_here', only_there: 'missing_there' };
const kindOf = (difference: Difference): Kind => KINDS[difference.class] ?? 'different';

export function showDifferences(section: HTMLElement, { differences }: Result, texts: PageTexts): void {
  const rows = section.querySelector<HTMLElement>('[data-rows]');
  const body = section.querySelector('[data-body]');
  if (rows === null || body === null) return;
  rows.hidden = differences.length === 0;
  const chosen = new Set(differences.filter((one) => kindOf(one) === 'missing_here').slice(0, MAX_CHOSEN));
  body.replaceChildren(
    ...differences
      .slice(0, MAX_SHOWN)
      .map((one) => rowOf(section, one, { isChosen: chosen.has(one), texts })),
  );
  const download = section.querySelector<HTMLButtonElement>('[data-download]');
  if (download !== null) download.onclick = () => save(differences);
}

interface RowLook {
  readonly isChosen: boolean;
  readonly texts: PageTexts;
}

function rowOf(section: HTMLElement, difference: Difference, { isChosen, texts }: RowLook): HTMLElement {
  const kind = kindOf(difference);
  const { transactionId, here, there } = difference;
  const box = document.createElement('input');
  Object.assign(box, { type: 'checkbox', name: 'transactionId', value: transactionId, checked: isChosen });
  box.disabled = kind === 'missing_there';
  box.setAttribute('aria-label', texts.select.replace('{id}', transactionId));
  const code = document.createElement('code');
  code.textContent = transactionId;
  const name = element('span', 'chosen', box, code);
  const glyph = section
    .querySelector<HTMLTemplateElement>(`template[data-kind=${kind}]`)
    ?.content.cloneNode(true);
  const state = element('span', 'state', ...(glyph === undefined ? [] : [glyph]), texts.kinds[kind] ?? kind);
  const cells = [name, state, sideText(here), sideText(there)].map((content) => element('td', '', content));
  return element('tr', '', ...cells);
}

function element(tag: string, name: string, ...children: readonly (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  if (name !== '') made.className = name;
  made.append(...children);
  return made;
}

function sideText(side: Side | undefined): string {
  return side === undefined ? '–' : `v${side.version} ${side.status} ${side.amount} ${side.currency}`;
}

/** Marks each day, hour and window that lies in the compared time. */
export function colourCalendar(section: HTMLElement, result: Result, texts: PageTexts): void {
  for (const cell of document.querySelectorAll<HTMLElement>('[data-start][data-state]')) {
    const startMs = Date.parse(cell.dataset.start ?? '');
    const seconds = Number(cell.closest<HTMLElement>('[data-seconds]')?.dataset.seconds);
    const endMs = startMs + seconds * 1_000;
    const was = cell.dataset.state ?? '';
    const isCompared = startMs < result.toMs && endMs > result.fromMs;
    if (!isCompared || was === 'not_closed') continue;
    const differs = result.differing.some((ms) => ms >= startMs && ms < endMs);
    if (differs) look(section, cell, { state: 'different', texts });
    else if (was === 'not_compared') look(section, cell, { state: 'equal', texts });
  }
}

interface Look {
  readonly state: 'equal' | 'different';
  readonly texts: PageTexts;
}

function look(section: HTMLElement, cell: HTMLElement, { state, texts }: Look): void {
  const template = section.querySelector<HTMLTemplateElement>(`template[data-look=${state}]`);
  const was = cell.dataset.state ?? '';
  if (template === null) return;
  cell.querySelector('svg')?.replaceWith(template.content.cloneNode(true));
  cell.className = `cell ${template.dataset.tone}`;
  cell.dataset.state = state;
  const said = (cell.title || '').replace(texts.states[was] ?? '', texts.states[state] ?? state);
  cell.title = said;
  // The name for people who cannot see it is the text of the cell.
  const word = cell.querySelector('.unseen');
  if (word !== null) word.textContent = texts.states[state] ?? state;
}

/** Downloads the differences as CSV, with the form of a ledger where it can. */
function save(differences: readonly Difference[]): void {
  const columns =
    'difference,transactionId,window,hereVersion,hereStatus,hereAmount,hereCurrency,thereVersion,thereStatus,thereAmount,thereCurrency';
  const lines = differences.map((one) =>
    [one.class, one.transactionId, one.window, ...fieldsOf(one.here), ...fieldsOf(one.there)].join(','),
  );
  const url = URL.createObjectURL(
    new Blob([`${[columns, ...lines].join('\r\n')}\r\n`], { type: 'text/csv' }),
  );
  const link = document.createElement('a');
  link.href = url;
  link.download = 'differences.csv';
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function fieldsOf(side: Side | undefined): readonly (string | number)[] {
  return side === undefined ? ['', '', '', ''] : [side.version, side.status, side.amount, side.currency];
}
