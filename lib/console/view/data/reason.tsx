import type { Ui } from '../ui.ts';
import { Foreign } from './foreign.tsx';

/** A sentence for a stable code; undefined for a code that this version does not know. */
export function reasonOf(ui: Ui, code: string): string | undefined {
  const reasons: Readonly<Record<string, string>> = ui.text.reasons;
  return Object.hasOwn(reasons, code) ? reasons[code] : undefined;
}

export interface ReasonProps {
  readonly ui: Ui;
  /** Codes from general to exact, such as `tls_failed` and `certificate_expired`. */
  readonly codes: readonly (string | undefined)[];
  readonly statusCode?: number | undefined;
}

/** Why something failed: the most exact sentence, with its code. */
export function Reason({ ui, codes, statusCode }: ReasonProps) {
  const known = codes.filter((code) => code !== undefined);
  const code = known.at(-1);
  const sentence = known.map((one) => reasonOf(ui, one)).findLast((text) => text !== undefined);
  return (
    <span class="reason">
      {sentence}{' '}
      <code class="quiet">
        {statusCode !== undefined && `HTTP ${statusCode} `}
        {code !== undefined && <Foreign text={code} />}
      </code>
    </span>
  );
}
