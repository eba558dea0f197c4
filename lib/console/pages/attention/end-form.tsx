import { TERMINAL_STATUSES } from '../../../protocol/content/content-rules.ts';
import type { PageText } from '../../texts/texts.ts';
import { Button } from '../../view/controls/button.tsx';
import { SelectField, TextField } from '../../view/controls/fields.tsx';
import { Section } from '../../view/page/page-header.tsx';
import type { Ui } from '../../view/ui.ts';

interface EndFormProps {
  readonly ui: Ui;
  readonly text: PageText;
  /** The page that asks for confirmation. */
  readonly action: string;
  readonly given: (name: string) => string | undefined;
  readonly wrong: 'status' | 'occurredAt' | 'reason' | undefined;
}

/** Asks how a transaction ended. It changes nothing: the next page names what will be recorded. */
export function EndForm({ ui, text: { unresolved: words }, action, given, wrong }: EndFormProps) {
  const value = (name: string) => ({ value: given(name) ?? '' });
  return (
    <Section id="resolve" title={words.resolve}>
      <p class="quiet">{words.resolveLead}</p>
      <form method="get" action={action} class="stack">
        <div class="fields">
          <SelectField
            ui={ui}
            name="status"
            label={words.status}
            isRequired
            choices={TERMINAL_STATUSES.map((status) => ({ value: status, label: words.statuses[status] }))}
            {...value('status')}
          />
          <TextField
            ui={ui}
            name="occurredAt"
            label={words.occurredAt}
            hint={words.occurredAtHint}
            type="datetime-local"
            isRequired
            {...(wrong === 'occurredAt' && { error: words.badTime })}
            {...value('occurredAt')}
          />
          <TextField
            ui={ui}
            name="reasonCode"
            label={words.reasonCode}
            hint={words.reasonCodeHint}
            isCode
            maxLength={64}
            {...(wrong === 'reason' && { error: words.badReason })}
            {...value('reasonCode')}
          />
          <TextField
            ui={ui}
            name="reasonMessage"
            label={words.reasonMessage}
            maxLength={512}
            {...value('reasonMessage')}
          />
        </div>
        <div class="buttons">
          <Button kind="main">{words.next}</Button>
        </div>
      </form>
    </Section>
  );
}
