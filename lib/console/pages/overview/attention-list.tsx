import { SECOND_MS } from '../../../core/time.ts';
import { hrefOf } from '../../site/paths.ts';
import type { PageText } from '../../texts/texts.ts';
import { Glyph } from '../../view/data/glyph.tsx';
import { LOOKS, type StateName } from '../../view/data/states.ts';
import { Table } from '../../view/data/table.tsx';
import { Section } from '../../view/page/page-header.tsx';
import type { Ui } from '../../view/ui.ts';
import { merchantsWith, type Trouble } from '../parts/affected-merchants.ts';
import { deliveriesOf, type OverviewAnswer } from '../parts/balance-bar.tsx';
import { isLate, PROGRESS_ID } from './progress-section.tsx';

interface AttentionListProps {
  readonly ui: Ui;
  readonly text: PageText;
  readonly overview: OverviewAnswer;
  /** The only merchant, if there is only one. */
  readonly merchantId: string | undefined;
}

interface Matter {
  readonly state: StateName;
  readonly what: string;
  readonly count: string;
  readonly advice: string;
  readonly href: string;
}

/** What needs attention. Each row leads to the page where it is put right. */
export function AttentionList(props: AttentionListProps) {
  const { overview: words } = props.text;
  return (
    <Section id="attention" title={words.attention} isBare>
      <Table
        caption={words.attention}
        rows={mattersOf(props)}
        hrefOf={({ href }) => href}
        columns={[
          {
            header: words.what,
            cell: ({ state, what }) => (
              <span class="state">
                <Glyph {...LOOKS[state]} />
                {what}
              </span>
            ),
          },
          { header: words.count, cell: ({ count }) => count, align: 'end' },
          { header: words.advice, cell: ({ advice }) => advice },
        ]}
        empty={
          <div class="card all-well">
            <p class="with-glyph">
              <Glyph {...LOOKS.done} /> <strong>{words.nothing}</strong>
            </p>
            <p class="quiet">{words.nothingText}</p>
          </div>
        }
      />
    </Section>
  );
}

function mattersOf(props: AttentionListProps): readonly Matter[] {
  return [...lateMarks(props), ...notifications(props), ...setAside(props)];
}

function lateMarks({ ui, text: { overview: words }, overview }: AttentionListProps): readonly Matter[] {
  const { closedBehindSeconds = 0, auditedBehindSeconds = 0 } = overview;
  const late = (what: string, seconds: number): Matter => ({
    state: 'slow',
    what,
    count: words.behindBy(ui.format.duration(seconds * SECOND_MS)),
    advice: words.behindText,
    href: `#${PROGRESS_ID}`,
  });
  return [
    ...(isLate(closedBehindSeconds) ? [late(words.closingBehind, closedBehindSeconds)] : []),
    ...(isLate(auditedBehindSeconds) ? [late(words.auditBehind, auditedBehindSeconds)] : []),
  ];
}

function notifications({ ui, text, overview, merchantId }: AttentionListProps): readonly Matter[] {
  const { overview: words } = text;
  const { balance, attention } = overview;
  const { unresolved, exhausted, blocked } = attention;
  const { number } = ui.format;
  // No list shows notifications of several merchants together.
  const listOf = (state: Trouble) =>
    merchantId === undefined ? merchantsWith(state) : deliveriesOf(merchantId, state);
  const matters: readonly (Omit<Matter, 'count'> & { readonly of: number; readonly hasMore?: boolean })[] = [
    { of: balance.missing, state: 'lost', what: words.missing, advice: words.missingText, href: '#sum-bar' },
    {
      of: unresolved.count,
      hasMore: unresolved.hasMore,
      state: 'unresolved',
      what: ui.text.states.unresolved,
      advice: words.unresolvedText,
      href: hrefOf('/unresolved'),
    },
    {
      of: exhausted,
      state: 'exhausted',
      what: ui.text.states.exhausted,
      advice: words.exhaustedText,
      href: listOf('exhausted'),
    },
    {
      of: blocked,
      state: 'blocked',
      what: ui.text.states.blocked,
      advice: words.blockedText,
      href: listOf('blocked'),
    },
  ];
  return matters
    .filter(({ of }) => of > 0)
    .map(({ of, hasMore = false, ...matter }) => ({
      ...matter,
      count: hasMore ? words.orMore(number(of)) : number(of),
    }));
}

function setAside({ ui, text: { overview: words }, overview }: AttentionListProps): readonly Matter[] {
  const { deadLetters = [], parked } = overview.attention;
  const { number } = ui.format;
  const letters = deadLetters
    .filter(({ count }) => count > 0)
    .map(({ queue, count }) => ({
      state: 'failed' as const,
      what: words[queue],
      count: number(count),
      advice: words.deadLettersText,
      href: hrefOf('/dead-letters'),
    }));
  if (parked === undefined || (parked.count === 0 && !parked.hasMore)) return letters;
  const count = number(parked.count);
  return [
    ...letters,
    {
      state: 'paused',
      what: words.parked,
      count: parked.hasMore ? words.orMore(count) : count,
      advice: words.parkedText,
      href: hrefOf('/parked'),
    },
  ];
}
