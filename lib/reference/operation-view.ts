import { html } from 'hono/html';
import { exampleRequest } from './example-request.ts';
import { fieldsView, fieldView, typeOf } from './fields-view.ts';
import { inline } from './inline.ts';
import {
  type AnswerObject,
  type OpenApi,
  type OperationObject,
  type Parameter,
  resolvedAnswer,
  type Schema,
  schemaOf,
} from './open-api.ts';
import type { ListedOperation } from './resources.ts';

/** One request: where, who, what goes in, what comes out, and how it may be refused. */
export function operationView(one: ListedOperation, document: OpenApi): unknown {
  const { method, path, operation, forAdmins } = one;
  const { operationId, summary = '', description = '', parameters = [], requestBody, responses } = operation;
  const body = schemaOf(requestBody?.content);
  return html`<article id="${operationId}">
<h3><a href="#${operationId}">${summary}</a></h3>
<p class="request"><b class="${method}">${method.toUpperCase()}</b> <code>${path}</code></p>
<p>${description === '' ? 'No key is needed.' : inline(description)}${forAdmins === undefined ? '' : sameForAdmins(forAdmins)}</p>
${parametersView('In the path', within('path', parameters), document)}
${parametersView('In the query', within('query', parameters), document)}
${body === undefined ? '' : html`<h4>Body${requestBody?.required === true ? '' : ', optional'}</h4>${shapeView(body, document)}`}
<h4>Example</h4>
<pre><code>${exampleRequest(one, document)}</code></pre>
<h4>Answers</h4>
${answersView(responses, document)}
</article>`;
}

function sameForAdmins({ method, path, operation }: NonNullable<ListedOperation['forAdmins']>): unknown {
  return html` <span id="${operation.operationId}">Admins: <code>${method.toUpperCase()} ${path}</code>.</span>`;
}

/** Parameters of one place: `path`, `query` or `header`. */
export function within(place: string, parameters: readonly Parameter[]): readonly Parameter[] {
  return parameters.filter((one) => one.in === place);
}

export function parametersView(title: string, parameters: readonly Parameter[], document: OpenApi): unknown {
  if (parameters.length === 0) return '';
  const rows = parameters.map(({ name, schema, description, required = false }) =>
    fieldView(
      {
        name,
        field: { ...schema, description: description ?? schema.description ?? '' },
        isRequired: required,
      },
      document,
    ),
  );
  return html`<h4>${title}</h4><dl class="fields">${rows}</dl>`;
}

/** The fields of a schema, or a link to the object that it names. */
export function shapeView(schema: Schema, document: OpenApi): unknown {
  if (schema.properties !== undefined) return fieldsView(schema, document);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices === undefined) return html`<p>${typeOf(schema)}</p>`;
  return choices.map(
    (choice, index) =>
      html`${index === 0 ? '' : html`<p class="or">or</p>`}${choice.title === undefined ? '' : html`<p>${choice.title}</p>`}${shapeView(choice, document)}`,
  );
}

function answersView(responses: OperationObject['responses'], document: OpenApi): unknown {
  const all = Object.entries(responses).map(([status, answer]) => ({
    status,
    answer: resolvedAnswer(answer, document),
  }));
  const good = all.filter(({ status }) => status < '400');
  const bad = all.filter(({ status }) => status >= '400');
  return html`<ul class="answers">${good.map(({ status, answer }) => goodAnswer(status, answer, document))}${bad.map(
    ({ status, answer }) => html`<li><b>${status}</b> ${codesOf(answer)}</li>`,
  )}</ul>`;
}

function goodAnswer(status: string, answer: AnswerObject, document: OpenApi): unknown {
  const schema = schemaOf(answer.content);
  const text = html`<b>${status}</b> ${inline(answer.description ?? '')}`;
  if (schema === undefined) return html`<li>${text}</li>`;
  if (schema.$ref !== undefined) return html`<li>${text} ${typeOf(schema)}</li>`;
  return html`<li>${text}<details><summary>Fields</summary>${shapeView(schema, document)}</details></li>`;
}

/** The codes of a problem, which its description names, as links to what to do about them. */
function codesOf({ description = '' }: AnswerObject): unknown {
  const codes = [...description.matchAll(/^`(\w+)`:/gm)].map(([, code = '']) => code);
  return codes.map(
    (code, index) => html`${index === 0 ? '' : ', '}<a href="#${code}"><code>${code}</code></a>`,
  );
}
