import { ApiProblem } from '../../asking/api-problem.ts';
import type { PageText } from '../../texts/texts.ts';

/** What the API refused in a form: a code for each field, and one for the form if no field is to blame. */
export interface FormProblems {
  readonly form?: string;
  readonly fields: Readonly<Record<string, string>>;
}

export const NO_PROBLEMS: FormProblems = { fields: {} };

/** The problems that a refusal names; undefined if the form cannot mend it: then the site shows a page. */
export function formProblems(error: unknown, fields: readonly string[]): FormProblems | undefined {
  if (!(error instanceof ApiProblem)) return undefined;
  const { status, code, errors } = error;
  if (status !== 400 && status !== 409 && status !== 410) return undefined;
  const named = errors.flatMap(({ pointer, code: why }) => {
    const name = pointer.split('/')[1] ?? '';
    return fields.includes(name) ? [[name, why] as const] : [];
  });
  return named.length === 0 ? { form: code, fields: {} } : { fields: Object.fromEntries(named) };
}

/** The sentence for a code. One without a sentence is shown as it is. */
export function problemText({ problems }: PageText, code: string): string {
  const known: Readonly<Record<string, string>> = problems;
  return Object.hasOwn(known, code) ? (known[code] ?? code) : code;
}

/** What a field's control shows of its problem, as properties of it. */
export function fieldError(
  text: PageText,
  { fields }: FormProblems,
  name: string,
): { readonly error?: string } {
  const code = fields[name];
  return code === undefined ? {} : { error: problemText(text, code) };
}
