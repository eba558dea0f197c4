/**
 * Each SDK client imports its whole `package.json`, of which it uses the version alone. esbuild keeps what a default import of
 * JSON holds, about 2 KB for each client.
 */

/** The start of such a file as esbuild writes it, with its version. */
const START = /\{name:"@aws-sdk\/[a-z0-9-]+",(version:"[^"]+"),description:/g;

/** The code of a bundle with only the version of each package file. */
export function withVersionsOnly(code: string): string {
  let kept = '';
  let place = 0;
  for (const { index, 1: version } of code.matchAll(START)) {
    kept += `${code.slice(place, index)}{${version}}`;
    place = endOfObject(code, index);
  }
  return kept + code.slice(place);
}

/** The place after the object that starts at `start`. It is JSON, so braces outside its strings are its own. */
function endOfObject(code: string, start: number): number {
  let depth = 0;
  let quote: string | undefined;
  for (let place = start; place < code.length; place += 1) {
    const char = code[place];
    if (quote !== undefined) {
      if (char === '\\') place += 1;
      else if (char === quote) quote = undefined;
    } else if (char === '"' || char === "'" || char === '`') quote = char;
    else if (char === '{') depth += 1;
    else if (char === '}') {
      depth -= 1;
      if (depth === 0) return place + 1;
    }
  }
  throw new Error('A package file in a bundle has no end.');
}
