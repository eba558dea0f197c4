import type { Child } from 'hono/jsx';
import { Glyph, type GlyphProps } from '../data/glyph.tsx';
import type { Ui } from '../ui.ts';

/** What the last action did. */
export interface Flash {
  readonly kind: 'success' | 'error' | 'info';
  readonly text: Child;
}

const GLYPHS: Readonly<Record<Flash['kind'], GlyphProps>> = {
  success: { shape: 'tick', tone: 'good' },
  error: { shape: 'stop', tone: 'bad' },
  info: { shape: 'half', tone: 'info' },
};

export interface FlashesProps {
  readonly ui: Ui;
  readonly flashes: readonly Flash[];
}

export function Flashes({ ui, flashes }: FlashesProps) {
  return (
    <>
      {flashes.map(({ kind, text }) => (
        <div class={`flash ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
          <Glyph {...GLYPHS[kind]} />
          <p>
            <strong>{ui.text.flash[kind]}.</strong> {text}
          </p>
        </div>
      ))}
    </>
  );
}
