import { html, raw } from 'hono/html';
import { ERROR_CODES, type ErrorCode, STATUS_MEANINGS } from './error-codes.ts';
import { inline } from './inline.ts';
import { type OpenApi, operationsOf, schemaOf } from './open-api.ts';
import { operationView, parametersView, shapeView, within } from './operation-view.ts';
import { type Chapter, chaptersOf } from './resources.ts';

/** What the page loads: everything is in the page itself. */
export interface ReferenceAssets {
  readonly stylesheet: string;
  readonly script: string;
}

/** A link at the top of the page: `{ label: 'Console', href: '/console' }`. */
export interface TopLink {
  readonly label: string;
  readonly href: string;
}

/** The reference of the API as one page, which needs nothing else: no other file, no script from elsewhere. */
export function referencePage(document: OpenApi, assets: ReferenceAssets, links: readonly TopLink[]): string {
  const chapters = chaptersOf(operationsOf(document));
  const { title, version, description } = document.info;
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} API</title>
<style>${raw(assets.stylesheet)}</style>
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header>
<p class="brand">${title} API <span>${version}</span></p>
<label>Filter <input id="filter" type="search" autocomplete="off" spellcheck="false" aria-describedby="found" placeholder="transactions, redeliver, 409 …"></label>
<output id="found" for="filter"></output>
<p class="links">${links.map(({ label, href }) => html`<a href="${href}">${label}</a>`)}</p>
</header>
<div class="columns">
<nav aria-label="Requests">${chapters.map(chapterLinks)}
<section><h2><a href="#callbacks">More</a></h2><ul><li><a href="#callbacks">Callbacks</a></li><li><a href="#objects">Objects</a></li><li><a href="#errors">Error codes</a></li></ul></section>
</nav>
<main id="main">
<h1>${title} API</h1>
<p>${description}</p>
${beginning}
${chapters.map((chapter) => chapterView(chapter, document))}
${callbacksView(document)}
${objectsView(document)}
${errorsView()}
</main>
</div>
<script>${raw(assets.script)}</script>
</body>
</html>
`);
}

const beginning = html`<section class="beginning">
<ul>
<li>Send your key with each request: <code>authorization: Bearer tk_…</code>. Its scope says what it may do: <code>initiator</code> records, <code>receiver</code> asks and acknowledges, <code>merchant</code> also manages its own endpoints and keys, <code>admin</code> manages all merchants.</li>
<li>Bodies are JSON in UTF-8. Amounts are integers in the minor unit, times are RFC 3339 with their offset.</li>
<li>Lists have <code>nextCursor</code> while there is more. Pass it as <code>cursor</code>.</li>
<li>Answers to the keys of a merchant are signed, refusals too. They hold <code>merchantId</code>, <code>request</code> and <code>asOf</code>.</li>
<li>The examples need <code>API</code>, the address of the service, and <code>KEY</code> in the environment.</li>
</ul>
</section>`;

function chapterLinks({ id, title, operations }: Chapter): unknown {
  return html`<section><h2><a href="#${id}">${title}</a></h2><ul>${operations.map(
    ({ method, operation: { operationId, summary = '' } }) =>
      html`<li><a href="#${operationId}"><b class="${method}">${method.toUpperCase()}</b> ${summary}</a></li>`,
  )}</ul></section>`;
}

function chapterView({ id, title, about, operations }: Chapter, document: OpenApi): unknown {
  return html`<section id="${id}"><h2>${title}</h2><p>${about}</p>${operations.map((one) => operationView(one, document))}</section>`;
}

function callbacksView(document: OpenApi): unknown {
  return html`<section id="callbacks"><h2>Callbacks</h2><p>Signed POST requests to endpoints and to the URLs of transactions.</p>${Object.entries(
    document.webhooks,
  ).map(([name, { post }]) => {
    const schema = schemaOf(post.requestBody?.content);
    return html`<article id="callback-${name}"><h3><a href="#callback-${name}">${post.summary ?? name}</a></h3><p>${inline(post.description ?? '')}</p>${parametersView('Headers', within('header', post.parameters ?? []), document)}<h4>Body</h4>${schema === undefined ? '' : shapeView(schema, document)}</article>`;
  })}</section>`;
}

function objectsView(document: OpenApi): unknown {
  return html`<section id="objects"><h2>Objects</h2>${Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      html`<article id="object-${name}"><h3><a href="#object-${name}">${name}</a></h3><p>${inline(schema.description ?? '')}</p>${shapeView(
        name === 'Problem' ? withoutCodes(schema) : schema,
        document,
      )}</article>`,
  )}</section>`;
}

/** Its codes have a section of their own. */
function withoutCodes(problem: OpenApi['components']['schemas'][string]) {
  const { enum: _codes, ...code } = problem.properties?.code ?? {};
  return { ...problem, properties: { ...problem.properties, code } };
}

function errorsView(): unknown {
  const byStatus = Map.groupBy(ERROR_CODES, ({ status }) => status);
  return html`<section id="errors"><h2>Error codes</h2><p>The code is stable, the title is not. <i>Final</i>: the same request would be refused again.</p>${[
    ...byStatus,
  ].map(
    ([status, codes]) =>
      html`<article><h3>${status}</h3><p>${inline(STATUS_MEANINGS[status] ?? '')}</p><dl class="codes">${codes.map(codeView)}</dl></article>`,
  )}</section>`;
}

function codeView({ code, title, remedy, isFinal }: ErrorCode): unknown {
  return html`<div id="${code}"><dt><a href="#${code}"><code>${code}</code></a>${isFinal ? ' final' : ' may be repeated'}</dt><dd>${inline(title)} <b>Do:</b> ${inline(remedy)}</dd></div>`;
}
