import { UNDELIVERED_STATES } from '../../../protocol/contract-words.ts';
import type { Frame } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { ConfirmPage } from '../../view/controls/confirm.tsx';
import { KeyValues } from '../../view/data/key-values.tsx';
import { type ChosenRange, type Counted, fieldsOfRange } from './chosen-range.ts';
import { Range } from './job-parts.tsx';
import { REPLAY } from './merchant-jobs-page.tsx';

interface ReplayConfirmProps {
  readonly merchantId: string;
  readonly range: ChosenRange;
  readonly counted?: Counted;
  readonly frame: Frame;
}

/** What the service sends of what was not delivered, if no state was chosen. */
const DEFAULT_STATES = UNDELIVERED_STATES.filter((state) => state !== 'retrying');

/** Names what will be sent, and for `all` how much. */
export function ReplayConfirm({ merchantId, range, counted, frame }: ReplayConfirmProps) {
  const { ui, text, csrf } = frame;
  const { jobs: words } = text;
  const { include, from, to, endpointId, states = DEFAULT_STATES } = range;
  return (
    <ConfirmPage
      ui={ui}
      csrf={csrf}
      title={words.confirmTitle}
      action={hrefOf(REPLAY, { merchantId })}
      values={{ ...fieldsOfRange(range), ...(counted && fieldsOfCount(counted)) }}
      confirm={words.start}
      isDangerous={include === 'all'}
      back={hrefOf(REPLAY, { merchantId })}
    >
      <KeyValues
        items={[
          { key: text.unresolved.merchant, value: <code>{merchantId}</code> },
          { key: words.include, value: words.includes[include] },
          {
            key: words.states,
            value:
              include === 'undelivered' ? states.map((state) => ui.text.states[state]).join(', ') : undefined,
          },
          { key: words.range, value: <Range ui={ui} from={from} to={counted?.to ?? to} /> },
          { key: words.endpoint, value: endpointId ? <code>{endpointId}</code> : words.allEndpoints },
          { key: words.total, value: counted && <strong>{ui.format.number(counted.count)}</strong> },
        ]}
      />
      <p>{counted ? words.confirmCount(ui.format.number(counted.count)) : words.includeHelp[include]}</p>
    </ConfirmPage>
  );
}

const fieldsOfCount = ({ jobId, count, to }: Counted) => ({ jobId, count: String(count), confirmTo: to });
