import type { Child } from 'hono/jsx';
import { CopyButton } from '../controls/copy-button.tsx';
import type { Ui } from '../ui.ts';
import { Foreign } from './foreign.tsx';

interface KeyValue {
  readonly key: string;
  /** Left out of the list if undefined. */
  readonly value: Child | undefined;
}

export interface KeyValuesProps {
  readonly items: readonly KeyValue[];
  /** Side by side in columns, for a page's main facts. Default: below each other. */
  readonly isWide?: boolean;
}

export function KeyValues({ items, isWide = false }: KeyValuesProps) {
  return (
    <dl class={isWide ? 'key-values wide' : 'key-values'}>
      {items.map(
        ({ key, value }) =>
          value !== undefined && (
            <div>
              <dt>{key}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

export interface IdProps {
  readonly ui: Ui;
  readonly value: string;
  /** What it is, for people who cannot see the label. */
  readonly of?: string;
  /** Set where a copy button would repeat in each row. */
  readonly isPlain?: boolean;
}

/** An id or a URL, with its copy button. */
export function Id({ ui, value, of, isPlain = false }: IdProps) {
  return (
    <span class="id">
      <code>
        <Foreign text={value} />
      </code>
      {!isPlain && <CopyButton ui={ui} value={value} {...(of !== undefined && { of })} />}
    </span>
  );
}
