import type { Output } from '../output/output.ts';
import { cutTo } from '../output/width.ts';
import type { Change, Difference } from './compare-settings.ts';
import type { HeaderValues } from './header-values.ts';
import { nameOf } from './import-steps.ts';
import type { SettingValue } from './setting-fields.ts';

/** Shows differences to people, in 80 columns, or to programs: a line of JSON for each. */

const SIGNS = { create: '+', change: '~' } as const;
const TONES = { create: 'good', change: 'waiting' } as const;
/** Of what only the service has, so many are named. */
const MOST_NAMED = 10;
const VALUE_CELLS = 58;

export function showDifferences(
  output: Output,
  differences: readonly Difference[],
  values: HeaderValues,
): void {
  for (const difference of differences) {
    output.json(withMissing(difference, values));
    if (difference.action === 'create' || difference.action === 'change') showOne(output, difference, values);
  }
  const same = differences.filter(({ action }) => action === 'same');
  const onlyThere = differences.filter(({ action }) => action === 'only_there').map(nameOf);
  if (same.length > 0) output.line([`= ${same.length} the same`, 'quiet']);
  if (onlyThere.length === 0) return;
  const more = onlyThere.length > MOST_NAMED ? `, and ${onlyThere.length - MOST_NAMED} more` : '';
  output.line([`? ${onlyThere.length} only there; nothing is deleted:`, 'quiet']);
  output.line([`    ${onlyThere.slice(0, MOST_NAMED).join(', ')}${more}`, 'quiet']);
}

function withMissing(difference: Difference, values: HeaderValues): object {
  const { neededHeaders, ...others } = difference;
  const missing = missingIn(difference, values);
  return { ...others, ...(missing.length > 0 && { missingHeaderValues: missing }) };
}

function missingIn({ merchantId, endpointId = '', neededHeaders }: Difference, values: HeaderValues) {
  return neededHeaders.filter((name) => values.of(merchantId, endpointId, name) === undefined);
}

function showOne(output: Output, difference: Difference, values: HeaderValues): void {
  const { action, changes, remarks, endpointId } = difference;
  if (action !== 'create' && action !== 'change') return;
  const what = endpointId === undefined ? 'merchant' : 'endpoint';
  output.line([`${SIGNS[action]} ${action} ${what} ${nameOf(difference)}`, TONES[action]]);
  for (const change of changes) for (const line of linesOf(change, action)) output.line(line);
  for (const remark of remarks) output.line([`    ${remark}`, 'quiet']);
  const missing = missingIn(difference, values);
  if (missing.length > 0) output.line([`    its value is not known: ${missing.join(', ')}`, 'bad']);
}

/** One line if it fits, otherwise one for each side. */
function linesOf({ field, from, to }: Change, action: 'create' | 'change'): readonly string[] {
  const [before, after] = [shown(from), shown(to)];
  if (action === 'create') return [`    ${field}: ${cutTo(after, VALUE_CELLS)}`];
  if (before.length + after.length + field.length <= VALUE_CELLS)
    return [`    ${field}: ${before} → ${after}`];
  return [
    `    ${field}: ${cutTo(before, VALUE_CELLS)}`,
    `    ${' '.repeat(field.length)}→ ${cutTo(after, VALUE_CELLS)}`,
  ];
}

function shown(value: SettingValue | undefined): string {
  if (value === undefined) return '–';
  return Array.isArray(value) ? value.join(', ') : String(value);
}
