import { SECOND_MS } from '../../../core/time.ts';
import type { PageText } from '../../texts/texts.ts';
import { KeyValues } from '../../view/data/key-values.tsx';
import { Time } from '../../view/data/time.tsx';
import { Section } from '../../view/page/page-header.tsx';
import type { Ui } from '../../view/ui.ts';
import type { OverviewAnswer } from '../parts/balance-bar.tsx';

interface ProgressSectionProps {
  readonly ui: Ui;
  readonly text: PageText;
  readonly overview: OverviewAnswer;
  readonly service: {
    readonly windowSeconds: number;
    readonly feedLagSeconds: number;
    readonly auditAfterSeconds: number;
  };
}

/** A run that was slow once needs nobody. The next one comes within a minute; alarms speak later. */
const LATE_SECONDS = 60;

/** Whether a mark is so far behind that somebody should look. The list of what needs attention and the marks agree on it. */
export const isLate = (behindSeconds: number) => behindSeconds > LATE_SECONDS;

/** The place of this section on the overview. */
export const PROGRESS_ID = 'progress';

/** How far windows are closed and audited, and whether that is late. */
export function ProgressSection({ ui, text, overview, service }: ProgressSectionProps) {
  const { overview: words } = text;
  const { closedThrough, auditedThrough, closedBehindSeconds, auditedBehindSeconds } = overview;
  const time = (seconds: number) => ui.format.duration(seconds * SECOND_MS);
  const auditAfter = service.feedLagSeconds + service.auditAfterSeconds;
  return (
    <Section id={PROGRESS_ID} title={words.progress}>
      <KeyValues
        items={[
          {
            key: words.closedThrough,
            value: <Mark ui={ui} text={text} through={closedThrough} behind={closedBehindSeconds} />,
          },
          {
            key: words.auditedThrough,
            value: <Mark ui={ui} text={text} through={auditedThrough} behind={auditedBehindSeconds} />,
          },
        ]}
      />
      {auditedThrough === undefined && (
        <p class="quiet">{words.notAuditedYet(time(service.windowSeconds), time(auditAfter))}</p>
      )}
    </Section>
  );
}

interface MarkProps {
  readonly ui: Ui;
  readonly text: PageText;
  readonly through: string | undefined;
  readonly behind: number | undefined;
}

function Mark({ ui, text: { overview: words }, through, behind = 0 }: MarkProps) {
  if (through === undefined) return <span class="quiet">{words.notYet}</span>;
  const late = words.behindBy(ui.format.duration(behind * SECOND_MS));
  return (
    <>
      <Time ui={ui} at={through} isExact />{' '}
      {isLate(behind) ? <strong class="late">{late}</strong> : <span class="quiet">{words.onTime}</span>}
    </>
  );
}
