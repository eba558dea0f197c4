import { open } from './dialogs.ts';

const ROW = '[data-row]';

/** `/` goes to the search field, `j` and `k` through the rows, `?` opens the list of keys. */
export function followKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLElement && isTyping(event.target)) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    if (document.querySelector('dialog[open]') !== null) return;
    if (perform(event.key)) event.preventDefault();
  });
}

function isTyping(element: HTMLElement): boolean {
  return (
    element.isContentEditable ||
    element.matches('textarea, select, input:not([type="checkbox"], [type="radio"])')
  );
}

/** Whether the key means something. */
function perform(key: string): boolean {
  if (key === '/') return focus(document.querySelector<HTMLElement>('[data-search]'));
  if (key === '?') return open('help');
  if (key === 'j') return focus(neighbour(1));
  if (key === 'k') return focus(neighbour(-1));
  return false;
}

function neighbour(step: 1 | -1): HTMLElement | null {
  const rows = [...document.querySelectorAll<HTMLElement>(ROW)];
  const current = rows.findIndex((row) => row.matches(':focus'));
  if (current === -1) return (step === 1 ? rows[0] : rows.at(-1)) ?? null;
  return rows[current + step] ?? null;
}

function focus(element: HTMLElement | null): boolean {
  element?.focus();
  return element !== null;
}
