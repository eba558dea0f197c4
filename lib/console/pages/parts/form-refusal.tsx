import type { PageText } from '../../texts/texts.ts';
import { type FormProblems, problemText } from './form-problems.ts';

/** Why a form was refused, if no field of it is to blame. */
export function FormRefusal({ problems: { form }, text }: { problems: FormProblems; text: PageText }) {
  return form === undefined ? null : (
    <p class="error" role="alert">
      {problemText(text, form)}
    </p>
  );
}
