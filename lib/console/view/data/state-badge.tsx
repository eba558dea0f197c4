import type { Ui } from '../ui.ts';
import { Glyph } from './glyph.tsx';
import { LOOKS, type StateName } from './states.ts';

export interface StateBadgeProps {
  readonly ui: Ui;
  readonly state: StateName;
  /** A tinted pill, for a page's header. Default: glyph and word alone, for rows. */
  readonly isPill?: boolean;
}

/** A state by shape, word and colour. */
export function StateBadge({ ui, state, isPill = false }: StateBadgeProps) {
  const { shape, tone } = LOOKS[state];
  const { [state]: help } = ui.text.stateHelp as Partial<Record<StateName, string>>;
  return (
    <span class={isPill ? `state pill ${tone}` : 'state'} title={help}>
      <Glyph shape={shape} tone={tone} />
      {ui.text.states[state]}
    </span>
  );
}
