import { isoTime } from '../../../protocol/instants.ts';
import type { Job, News, Result, Step } from './messages.ts';
import { colourCalendar, showDifferences } from './result-view.ts';

/** The reconciliation page: takes a ledger, starts the worker, shows its progress and its result. */

export interface PageTexts {
  readonly steps: Readonly<Record<Step, string>>;
  readonly equal: string;
  readonly differs: string;
  readonly remarks: Readonly<Record<string, string>>;
  readonly failures: Readonly<Record<string, string>>;
  readonly kinds: Readonly<Record<string, string>>;
  readonly states: Readonly<Record<string, string>>;
  readonly select: string;
}

const root = document.querySelector<HTMLElement>('[data-page-script]');
if (root !== null) start(root);

function start(section: HTMLElement): void {
  const form = section.querySelector<HTMLFormElement>('[data-ledger]');
  const drop = section.querySelector<HTMLElement>('[data-drop]');
  const input = form?.querySelector<HTMLInputElement>('input[type=file]');
  if (form == null || drop === null || input == null) return;
  const texts = JSON.parse(section.dataset.texts ?? '{}') as PageTexts;
  const key = `reconciliation ${section.dataset.merchant}`;
  const take = (file: File | undefined) => {
    if (file !== undefined) run(section, { job: jobOf(section, form, file), texts, key });
    // So that the same file can be chosen again.
    input.value = '';
  };
  input.addEventListener('change', () => take(input.files?.[0]));
  drop.addEventListener('dragover', (event) => {
    event.preventDefault();
    drop.classList.add('is-over');
  });
  drop.addEventListener('dragleave', () => drop.classList.remove('is-over'));
  drop.addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('is-over');
    take(event.dataTransfer?.files[0]);
  });
  section.querySelector('[data-forget]')?.addEventListener('click', () => {
    sessionStorage.removeItem(key);
    location.reload();
  });
  const kept = sessionStorage.getItem(key);
  if (kept !== null) show(section, JSON.parse(kept) as Result, texts);
}

const DAY_MS = 86_400_000;

function jobOf({ dataset }: HTMLElement, form: HTMLFormElement, file: File): Job {
  const dayOf = (name: string) => {
    const field = form.elements.namedItem(name);
    const ms = field instanceof HTMLInputElement ? Date.parse(`${field.value}T00:00:00Z`) : Number.NaN;
    return Number.isNaN(ms) ? undefined : ms;
  };
  const closedThroughMs = Date.parse(dataset.closedThrough ?? '');
  const [fromMs, lastDay] = [dayOf('from'), dayOf('to')];
  return {
    file,
    base: dataset.base ?? '',
    csrf: dataset.csrf ?? '',
    windowSeconds: Number(dataset.windowSeconds),
    closedThroughMs,
    keptSinceMs: Date.parse(dataset.keptSince ?? ''),
    ...(fromMs !== undefined && { fromMs }),
    ...(lastDay !== undefined && { toMs: Math.min(lastDay + DAY_MS, closedThroughMs) }),
  };
}

interface Run {
  readonly job: Job;
  readonly texts: PageTexts;
  /** Under which the result is kept, so that it is there on the next page of the calendar. */
  readonly key: string;
}

let worker: Worker | undefined;

function run(section: HTMLElement, { job, texts, key }: Run): void {
  worker?.terminate();
  const current = new Worker(section.dataset.worker ?? '', { type: 'module' });
  worker = current;
  const progress = part(section, 'progress');
  const failure = part(section, 'failure');
  part(section, 'result').hidden = true;
  failure.hidden = true;
  progress.hidden = false;
  section.setAttribute('aria-busy', 'true');
  const end = () => {
    current.terminate();
    progress.hidden = true;
    section.removeAttribute('aria-busy');
  };
  const fail = (text: string) => {
    end();
    failure.textContent = text;
    failure.hidden = false;
  };
  current.addEventListener('error', () => fail(texts.failures.internal ?? ''));
  current.addEventListener('message', ({ data }: MessageEvent<News>) => {
    if (data.kind === 'progress') {
      part(section, 'step').textContent = texts.steps[data.step];
      const bar = progress.querySelector('progress');
      if (bar !== null) bar.value = data.part;
    } else if (data.kind === 'failed') {
      fail(texts.failures[data.code] ?? (data.message || (texts.failures.internal ?? '')));
    } else {
      end();
      keep(key, data.result);
      show(section, data.result, texts);
    }
  });
  current.postMessage(job);
}

/** A storage that is full or forbidden only means that the next page shows no result. */
function keep(key: string, result: Result): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(result));
  } catch {
    sessionStorage.removeItem(key);
  }
}

function show(section: HTMLElement, result: Result, texts: PageTexts): void {
  const number = new Intl.NumberFormat(section.dataset.language).format;
  const fill = (text: string, values: Readonly<Record<string, string>>) =>
    text.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
  const { differences, differing, rows, fromMs, toMs, mode } = result;
  const values = {
    count: number(differences.length),
    windows: number(differing.length),
    rows: number(rows),
    from: timeText(fromMs),
    to: timeText(toMs),
  };
  part(section, 'summary').textContent = fill(differing.length === 0 ? texts.equal : texts.differs, values);
  const remarks: readonly (readonly [name: string, count: number])[] = [
    ...(mode === 'transactions' ? [['byTransaction', 1] as const] : []),
    [mode === 'transactions' ? 'notFound' : 'outside', result.outside],
    ['pending', result.pending],
    ['notExamined', differing.length - result.examined],
    ['sent', result.sentRows],
  ];
  part(section, 'remarks').replaceChildren(
    ...remarks
      .filter(([, count]) => count > 0)
      .map(([name, count]) => {
        const item = document.createElement('li');
        item.textContent = fill(texts.remarks[name] ?? '', { count: number(count) });
        return item;
      }),
  );
  showDifferences(section, result, texts);
  colourCalendar(section, result, texts);
  part(section, 'result').hidden = false;
}

const timeText = (ms: number) => `${isoTime(ms).slice(0, 16).replace('T', ' ')} UTC`;

export function part(section: HTMLElement, name: string): HTMLElement {
  const found = section.querySelector<HTMLElement>(`[data-${name}]`);
  if (found === null) throw new Error(`The page has no data-${name}.`);
  return found;
}
