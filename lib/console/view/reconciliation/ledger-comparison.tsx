import { ActionForm, Button } from '../controls/button.tsx';
import { Glyph, type GlyphProps } from '../data/glyph.tsx';
import { Icon } from '../data/icon.tsx';
import { LOOKS } from '../data/states.ts';
import type { Ui } from '../ui.ts';
import { WINDOW_STATES } from './window-calendar.tsx';

/** Drops a ledger, compares it in the browser, and shows the rows that differ. The script fills it in. */

export interface LedgerComparisonProps {
  readonly ui: Ui;
  readonly merchantId: string;
  /** The page's script, which loads the worker. */
  readonly scriptHref: string;
  readonly workerHref: string;
  /** Base of the addresses that answer questions about windows. */
  readonly baseHref: string;
  /** Takes the `transactionId` of each chosen row. */
  readonly sendAgainHref: string;
  readonly csrf: string;
  readonly windowSeconds: number;
  /** ISO times. */
  readonly closedThrough: string;
  readonly keptSince: string;
}

/** How each kind of difference looks. */
const KINDS: Readonly<Record<'missing_here' | 'missing_there' | 'different', GlyphProps>> = {
  missing_here: { shape: 'lost', tone: 'bad' },
  missing_there: { shape: 'dashed', tone: 'off' },
  different: { shape: 'unequal', tone: 'warn' },
};

export function LedgerComparison(props: LedgerComparisonProps) {
  const { ui, merchantId, windowSeconds, closedThrough, keptSince } = props;
  const { ledger, missing, states } = ui.text;
  const texts = { ...ledger.script, kinds: missing.kinds, select: missing.selectRow, states };
  return (
    <section
      class="card ledger"
      aria-labelledby="ledger"
      data-page-script={props.scriptHref}
      data-worker={props.workerHref}
      data-base={props.baseHref}
      data-csrf={props.csrf}
      data-merchant={merchantId}
      data-window-seconds={windowSeconds}
      data-closed-through={closedThrough}
      data-kept-since={keptSince}
      data-texts={JSON.stringify(texts)}
      data-language={ui.language}
    >
      <div class="section-title">
        <h2 id="ledger">{ledger.title}</h2>
      </div>
      <p class="hint">{ledger.lead}</p>
      <p class="no-script">{ledger.noScript}</p>
      <Drop ui={ui} />
      <div class="ledger-progress" data-progress hidden>
        <p id="ledger-step" data-step />
        <progress aria-labelledby="ledger-step" max="1" value="0" />
      </div>
      <p class="ledger-failure" role="alert" data-failure hidden />
      <Result {...props} />
      {Object.entries(KINDS).map(([kind, look]) => (
        <template data-kind={kind}>
          <Glyph {...look} />
        </template>
      ))}
      {WINDOW_STATES.map((state) => (
        <template data-look={state} data-tone={LOOKS[state].tone}>
          <Glyph {...LOOKS[state]} />
        </template>
      ))}
    </section>
  );
}

interface PartProps {
  readonly ui: Ui;
}

function Drop({ ui }: PartProps) {
  const { ledger } = ui.text;
  return (
    <form class="needs-script" data-ledger>
      <label class="drop" data-drop>
        <Icon name="reconciliation" />
        <span>
          <strong>{ledger.drop}</strong>
          <span class="below">{ledger.columns}</span>
        </span>
        <input class="unseen" type="file" name="file" accept=".csv,text/csv,text/plain" />
      </label>
      <details class="more">
        <summary>{ledger.range}</summary>
        <div class="stack">
          <p class="hint">{ledger.rangeText}</p>
          <div class="filter-form">
            <label>
              {ledger.from} <input type="date" name="from" />
            </label>
            <label>
              {ledger.to} <input type="date" name="to" />
            </label>
          </div>
        </div>
      </details>
    </form>
  );
}

function Result({ ui, sendAgainHref, csrf }: LedgerComparisonProps) {
  const { ledger, missing } = ui.text;
  return (
    <div data-result hidden>
      <p aria-live="polite" data-summary />
      <ul class="hint" data-remarks />
      <div data-rows hidden>
        <ActionForm action={sendAgainHref} csrf={csrf} layout="stack">
          <div class="table-frame">
            <table class="table">
              <caption class="unseen">{missing.title}</caption>
              <thead>
                <tr>
                  <th scope="col">{missing.transaction}</th>
                  <th scope="col">{missing.kind}</th>
                  <th scope="col">{missing.ours}</th>
                  <th scope="col">{missing.theirs}</th>
                </tr>
              </thead>
              <tbody data-body />
            </table>
          </div>
          <div class="buttons">
            <Button kind="main" icon="replay">
              {missing.sendAgain}
            </Button>
            <button type="button" class="button" data-download>
              <Icon name="download" />
              {missing.download}
            </button>
            <button type="button" class="button quiet" data-forget>
              {ledger.forget}
            </button>
          </div>
        </ActionForm>
      </div>
    </div>
  );
}
