import { type OpenApi, operationsOf } from '../../lib/reference/open-api.ts';

/** A part of a page that the search finds. */
export interface SearchEntry {
  readonly url: string;
  readonly page: string;
  readonly heading: string;
  readonly text: string;
}

/** A script instead of JSON: it also loads where pages are opened as files. */
export function searchScript(entries: readonly SearchEntry[]): string {
  return `globalThis.tidingsSearchEntries=${JSON.stringify(entries)};\n`;
}

/** Each request of the reference, found by its path, its summary and its parameters. */
export function referenceEntries(document: OpenApi, page: string): readonly SearchEntry[] {
  return operationsOf(document).map(({ method, path, operation }) => {
    const { operationId, summary = operationId, parameters = [] } = operation;
    return {
      url: `${page}#${operationId}`,
      page: `${document.info.title} API`,
      heading: summary,
      text: [`${method.toUpperCase()} ${path}`, ...parameters.map(({ name }) => name)].join(' '),
    };
  });
}
