import type { Child } from 'hono/jsx';
import { Glyph } from '../data/glyph.tsx';
import { LOOKS, type Look } from '../data/states.ts';
import type { Ui } from '../ui.ts';
import { type Fill, Pattern } from './patterns.tsx';
import { percent, visibleShares } from './scale.ts';

const PARTS = ['delivered', 'acknowledged', 'open', 'exhausted', 'blocked'] as const;
type Part = (typeof PARTS)[number];

const FILLS: Readonly<Record<Part | 'lost', Fill>> = {
  delivered: 'full',
  acknowledged: 'dots',
  open: 'stripes',
  exhausted: 'crossed',
  blocked: 'lines',
  lost: 'full',
};

/** Notifications of audited windows. */
export interface Sums extends Readonly<Record<Part, number>> {
  readonly expected: number;
  /** Expected, and nobody knows where they are. */
  readonly lost: number;
  /** Were missing, and were created again by the audit. They are counted in the parts too. */
  readonly created?: number;
  /** In the parts, and in windows that the audit has yet to read. */
  readonly notAuditedYet?: number;
  /** In the parts, but not expected any more: an endpoint was disabled while they were on their way. */
  readonly beyond?: number;
}

export interface SumBarProps {
  readonly ui: Ui;
  /** Unique on the page. Default: `sum-bar`. */
  readonly id?: string;
  readonly sums: Sums;
  /** Where the notifications of a part are listed; undefined where there is no list. */
  readonly hrefOf?: (part: Part) => string | undefined;
  /** Beside the title: the time that it covers. */
  readonly note?: Child;
}

const LEAST_SHARE = 0.012;

/** A bar that adds up: expected = delivered + acknowledged + open + exhausted + blocked, and none lost. */
export function SumBar({ ui, id = 'sum-bar', sums, hrefOf = () => undefined, note }: SumBarProps) {
  const { sumBar, states } = ui.text;
  const { number } = ui.format;
  const { notAuditedYet = 0, beyond = 0, created = 0 } = sums;
  const there = PARTS.reduce((sum, part) => sum + sums[part], 0);
  const difference = sums.expected + notAuditedYet + beyond - there - sums.lost;
  const isSound = difference === 0 && sums.lost === 0;
  return (
    <section class="card sum-bar" aria-labelledby={id}>
      <div class="section-title">
        <h2 id={id} class="with-glyph">
          <Glyph {...lookOf(sums, isSound)} />
          {titleOf(ui, sums, isSound)}
        </h2>
        {note && <p class="quiet">{note}</p>}
      </div>
      {there + sums.lost > 0 && <Bar sums={sums} />}
      <dl class="sum">
        <Term sign="" label={sumBar.expected} value={number(sums.expected)} />
        {notAuditedYet > 0 && <Term sign="+" label={sumBar.notAuditedYet} value={number(notAuditedYet)} />}
        {beyond > 0 && <Term sign="+" label={sumBar.beyond} value={number(beyond)} />}
        {PARTS.map((part, index) => (
          <Term
            sign={index === 0 ? '=' : '+'}
            label={states[part]}
            part={part}
            value={number(sums[part])}
            share={ui.format.share(sums[part], there)}
            href={sums[part] === 0 ? undefined : hrefOf(part)}
          />
        ))}
        <Term sign="" label={sumBar.lost} part="lost" value={number(sums.lost)} />
      </dl>
      {difference !== 0 && <p class="error">{sumBar.difference(number(Math.abs(difference)))}</p>}
      {created > 0 && <p class="quiet">{sumBar.foundAndCreated(number(created))}</p>}
    </section>
  );
}

function titleOf({ text: { sumBar } }: Ui, { expected, notAuditedYet = 0 }: Sums, isSound: boolean): string {
  if (!isSound) return sumBar.off;
  if (expected > 0) return sumBar.title;
  return notAuditedYet > 0 ? sumBar.nothingAudited : sumBar.none;
}

/** A tick only where something was checked. */
function lookOf({ expected }: Sums, isSound: boolean): Look {
  if (!isSound) return LOOKS.lost;
  return expected > 0 ? LOOKS.delivered : LOOKS.waiting;
}

interface BarProps {
  readonly sums: Sums;
}

/** Only seen: the list below it says the same in numbers. */
function Bar({ sums }: BarProps) {
  const parts = [...PARTS, 'lost'] as const;
  const shares = visibleShares(
    parts.map((part) => sums[part]),
    LEAST_SHARE,
  );
  let start = 0;
  return (
    <svg class="bar" width="100%" height="20" aria-hidden="true">
      <defs>
        {parts.map((part) => (
          <Pattern id={`part-${part}`} fill={FILLS[part]} tone={LOOKS[part].tone} />
        ))}
      </defs>
      {parts.map((part, index) => {
        const share = shares[index] ?? 0;
        const x = start;
        start += share;
        return (
          share > 0 && <rect x={percent(x)} width={percent(share)} height="20" fill={`url(#part-${part})`} />
        );
      })}
    </svg>
  );
}

interface TermProps {
  readonly sign: string;
  readonly label: string;
  readonly part?: Part | 'lost';
  readonly value: string;
  readonly share?: string;
  readonly href?: string | undefined;
}

function Term({ sign, label, part, value, share, href }: TermProps) {
  const isGoodNews = part === 'lost' && value === '0';
  return (
    <div class={part === 'lost' ? 'term apart' : 'term'} data-sign={sign}>
      <dt data-sign={sign}>
        {part && <Glyph {...LOOKS[part]} {...(isGoodNews && { tone: 'off' })} />}
        {label}
      </dt>
      <dd>
        {href === undefined ? value : <a href={href}>{value}</a>}
        {share !== undefined && <span class="share">{share}</span>}
      </dd>
    </div>
  );
}
