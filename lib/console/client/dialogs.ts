import { onClickOf } from './clicks.ts';

/** Links with `data-opens` open the dialog of that id instead of their page. Links in a dialog that lead back close it. */
export function openDialogs(): void {
  onClickOf('data-opens', (link, event) => {
    if (open(link.dataset.opens ?? '')) event.preventDefault();
  });
  onClickOf('data-help', () => open('help'));
  document.addEventListener('click', (event) => {
    const target = event.target instanceof Element ? event.target : undefined;
    const dialog = target?.closest('dialog');
    if (!dialog) return;
    const isBackdrop = target === dialog && isOutside(dialog, event);
    const isCancel = target?.closest('[data-cancel]') != null;
    if (isCancel) event.preventDefault();
    if (isBackdrop || isCancel) dialog.close();
  });
}

/** Opens a dialog; false if the page has none of this id. */
export function open(id: string): boolean {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement)) return false;
  if (!dialog.open) dialog.showModal();
  return true;
}

function isOutside(dialog: HTMLDialogElement, { clientX, clientY }: MouseEvent): boolean {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
