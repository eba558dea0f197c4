import type { Frame } from '../../site/page.ts';
import { ActionForm, Button } from '../../view/controls/button.tsx';
import { TextField } from '../../view/controls/fields.tsx';
import { type FormProblems, fieldError } from './form-problems.ts';
import { FormRefusal } from './form-refusal.tsx';

/** What is in the form for a new merchant, and why it was refused. */
export interface MerchantForm {
  readonly merchantId: string;
  readonly name: string;
  readonly problems: FormProblems;
}

/** The form that creates a merchant. Its other settings have their defaults. */
export function NewMerchantForm({
  form,
  action,
  frame,
}: {
  form: MerchantForm;
  action: string;
  frame: Frame;
}) {
  const { ui, text, csrf } = frame;
  const { merchants: words } = text;
  return (
    <ActionForm action={action} csrf={csrf} layout="stack">
      <FormRefusal problems={form.problems} text={text} />
      <TextField
        ui={ui}
        name="merchantId"
        label={words.newId}
        hint={words.newIdHint}
        value={form.merchantId}
        maxLength={64}
        isCode
        isRequired
        {...fieldError(text, form.problems, 'merchantId')}
      />
      <TextField
        ui={ui}
        name="name"
        label={words.name}
        value={form.name}
        maxLength={128}
        isRequired
        {...fieldError(text, form.problems, 'name')}
      />
      <div class="buttons">
        <Button kind="main">{words.create}</Button>
      </div>
    </ActionForm>
  );
}
