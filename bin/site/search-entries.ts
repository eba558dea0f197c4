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
