/** Calls `act` for clicks on or in elements with an attribute, also on those that are added later. */
export function onClickOf(attribute: string, act: (element: HTMLElement, event: MouseEvent) => void): void {
  document.addEventListener('click', (event) => {
    const target =
      event.target instanceof Element ? event.target.closest<HTMLElement>(`[${attribute}]`) : null;
    if (target !== null) act(target, event);
  });
}
