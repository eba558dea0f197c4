import type { Child } from 'hono/jsx';
import { percent } from '../charts/scale.ts';
import { Foreign } from '../data/foreign.tsx';
import { KeyValues } from '../data/key-values.tsx';
import { Reason } from '../data/reason.tsx';
import { StateBadge } from '../data/state-badge.tsx';
import type { StateName } from '../data/states.ts';
import { Time } from '../data/time.tsx';
import type { Ui } from '../ui.ts';

/** An endpoint as the API shows it. */
export interface ShownEndpoint {
  readonly endpointId: string;
  readonly url: string;
  readonly description?: string;
  readonly types: readonly string[];
  readonly enabled: boolean;
  readonly disabledReason?: string;
  readonly disabledAt?: string;
  readonly health?: ShownHealth;
}

interface ShownHealth {
  readonly state: 'healthy' | 'slow' | 'failing' | 'paused' | 'unknown';
  readonly failingSince?: string;
  readonly lastSuccessAt?: string;
  readonly lastFailure?: ShownFailure;
}

interface ShownFailure {
  readonly at: string;
  readonly error: string;
  readonly detail?: string;
  readonly statusCode?: number;
}

interface EndpointCounts {
  readonly attempts: number;
  readonly delivered: number;
  /** Attempts by hour, oldest first, for the small picture. */
  readonly byHour: readonly number[];
}

export interface HealthCardProps {
  readonly ui: Ui;
  readonly endpoint: ShownEndpoint;
  readonly href?: string;
  /** Of the last 24 hours. */
  readonly counts?: EndpointCounts;
  readonly actions?: Child;
}

/** The state that an endpoint has for people: disabled, or its health. */
const endpointStateOf = ({ enabled, health }: ShownEndpoint): StateName =>
  enabled ? (health?.state ?? 'enabled') : 'disabled';

/** An endpoint at a glance: where it is, how it does, since when, and why. */
export function HealthCard({ ui, endpoint, href, counts, actions }: HealthCardProps) {
  const { health: words } = ui.text;
  const { health, disabledAt, disabledReason } = endpoint;
  const name = <Foreign text={endpoint.description ?? new URL(endpoint.url).host} />;
  return (
    <article class="card health" aria-labelledby={`endpoint-${endpoint.endpointId}`}>
      <div class="section-title">
        <h2 id={`endpoint-${endpoint.endpointId}`}>
          {href === undefined ? name : <a href={href}>{name}</a>}
        </h2>
        <StateBadge ui={ui} state={endpointStateOf(endpoint)} isPill />
      </div>
      <code class="quiet health-url">
        <Foreign text={endpoint.url} />
      </code>
      {counts && <Activity ui={ui} counts={counts} />}
      <KeyValues
        items={[
          {
            key: words.disabledBecause,
            value: disabledReason && (
              <>
                <Reason ui={ui} codes={[disabledReason]} /> {disabledAt && <Time ui={ui} at={disabledAt} />}
              </>
            ),
          },
          {
            key: words.failingSince,
            value: health?.failingSince && <Time ui={ui} at={health.failingSince} />,
          },
          {
            key: words.lastFailure,
            value: health?.lastFailure && <Failure ui={ui} failure={health.lastFailure} />,
          },
          {
            key: words.lastSuccess,
            value: health?.lastSuccessAt && <Time ui={ui} at={health.lastSuccessAt} />,
          },
          { key: words.types, value: typesOf(ui, endpoint.types) },
        ]}
      />
      {actions && <div class="buttons">{actions}</div>}
    </article>
  );
}

function typesOf(ui: Ui, types: readonly string[]) {
  if (types.length === 0 || types.includes('*')) return ui.text.health.allTypes;
  return types.map((type) => (
    <>
      <code>{type}</code>{' '}
    </>
  ));
}

interface FailureProps {
  readonly ui: Ui;
  readonly failure: ShownFailure;
}

function Failure({ ui, failure: { at, error, detail, statusCode } }: FailureProps) {
  return (
    <>
      <Time ui={ui} at={at} />
      <br />
      <Reason ui={ui} codes={[error, detail]} statusCode={statusCode} />
    </>
  );
}

interface ActivityProps {
  readonly ui: Ui;
  readonly counts: EndpointCounts;
}

function Activity({ ui, counts: { attempts, delivered, byHour } }: ActivityProps) {
  const top = Math.max(...byHour, 1);
  return (
    <div class="activity">
      <p>
        <strong>{ui.format.number(attempts)}</strong> <span class="quiet">{ui.text.health.attempts24}</span>
      </p>
      <p>
        <strong>{ui.format.share(delivered, attempts)}</strong>{' '}
        <span class="quiet">{ui.text.health.delivered24}</span>
      </p>
      {byHour.length > 0 && (
        <svg width="100%" height="28" aria-hidden="true">
          {byHour.map((count, index) => (
            <rect
              class="fill accent"
              x={percent((index + 0.15) / byHour.length)}
              width={percent(0.7 / byHour.length)}
              y={percent(1 - count / top)}
              height={percent(count / top)}
            />
          ))}
        </svg>
      )}
    </div>
  );
}
