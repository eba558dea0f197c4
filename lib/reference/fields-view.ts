import { html } from 'hono/html';
import { inline } from './inline.ts';
import { nameOfRef, type OpenApi, type Schema } from './open-api.ts';

/** Objects within objects that are shown; deeper ones are named only. */
const MAX_DEPTH = 5;

/** The fields of an object, with those of the objects in it. */
export function fieldsView(schema: Schema, document: OpenApi, depth = 0): unknown {
  const { properties = {}, required = [] } = schema;
  const rows = Object.entries(properties).map(([name, field]) =>
    fieldView({ name, field, isRequired: required.includes(name) }, document, depth),
  );
  return rows.length === 0 ? '' : html`<dl class="fields">${rows}</dl>`;
}

interface NamedField {
  readonly name: string;
  readonly field: Schema;
  readonly isRequired: boolean;
}

export function fieldView({ name, field, isRequired }: NamedField, document: OpenApi, depth = 0): unknown {
  const inner = depth < MAX_DEPTH ? innerFields(field, document, depth + 1) : '';
  const limits = limitsOf(field);
  return html`<div><dt><code>${name}</code> <span class="type">${typeOf(field)}</span>${isRequired ? html` <span class="required">required</span>` : ''}</dt><dd>${inline(field.description ?? '')}${limits === '' ? '' : html` <span class="limits">${limits}</span>`}${inner}</dd></div>`;
}

function innerFields(field: Schema, document: OpenApi, depth: number): unknown {
  if (field.properties !== undefined) return fieldsView(field, document, depth);
  if (field.items?.properties !== undefined) return fieldsView(field.items, document, depth);
  const choices = (field.anyOf ?? field.oneOf ?? []).filter((choice) => choice.properties !== undefined);
  return choices.map((choice) => fieldsView(choice, document, depth));
}

/** `text`, `list of Outcome`, `integer or null`. Named objects are links. */
export function typeOf(schema: Schema): unknown {
  if (schema.$ref !== undefined) {
    const name = nameOfRef(schema.$ref);
    return html`<a href="#object-${name}">${name}</a>`;
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) {
    return choices.map((choice, index) => html`${index === 0 ? '' : ' or '}${typeOf(choice)}`);
  }
  if (schema.enum !== undefined) return schema.enum.map(String).join(' | ');
  if (schema.const !== undefined) return String(schema.const);
  if (schema.type === 'array')
    return html`list of ${schema.items === undefined ? 'anything' : typeOf(schema.items)}`;
  if (schema.format === 'date-time') return 'time';
  const types = Array.isArray(schema.type) ? schema.type : [schema.type ?? 'anything'];
  return types.map((type) => (type === 'string' ? 'text' : type)).join(' or ');
}

function limitsOf({ default: standard, pattern, ...schema }: Schema): string {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  return [
    range('', minimum, maximum),
    range('characters', minLength, maxLength),
    range('elements', minItems, maxItems),
    pattern === undefined ? '' : `matches ${pattern}`,
    standard === undefined ? '' : `default: ${JSON.stringify(standard)}`,
  ]
    .filter((part) => part !== '')
    .join('; ');
}

function range(unit: string, from: number | undefined, to: number | undefined): string {
  const name = unit === '' ? '' : ` ${unit}`;
  if (from === undefined) return to === undefined ? '' : `at most ${to}${name}`;
  return to === undefined ? `at least ${from}${name}` : `${from} to ${to}${name}`;
}
