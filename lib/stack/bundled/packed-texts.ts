import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { brotliCompressSync } from 'node:zlib';
import type { Plugin } from 'esbuild';

const CONSOLE = fileURLToPath(new URL('../../console/', import.meta.url));

/** The catalogues that pages import, each with those of its rooms, and the code that pages show. */
const CATALOGUES = [
  'view/text/english.ts',
  'view/text/chinese.ts',
  'texts/english-pages.ts',
  'texts/chinese-pages.ts',
  'view/delivery/verify-snippets.ts',
].map((path) => `${CONSOLE}${path}`);

/** The module with the texts of all catalogues. They share their keys, so they are packed together. */
const ALL = 'all-texts';

type Messages = { readonly [key: string]: Message };
type Message = string | ((...values: readonly unknown[]) => string) | Messages;

/**
 * Compresses the texts of the console's pages: prose in two languages is a tenth of its bundle. A catalogue becomes a module
 * with the same export: its texts from packed JSON, and its functions as they are.
 */
export const packedTexts: Plugin = {
  name: 'packed-texts',
  setup(builder) {
    builder.onResolve({ filter: new RegExp(`^${ALL}$`) }, () => ({ path: ALL, namespace: ALL }));
    builder.onLoad({ filter: /^/, namespace: ALL }, async () => {
      const catalogues = await Promise.all(CATALOGUES.map(catalogueIn));
      const packed = brotliCompressSync(JSON.stringify(catalogues.map(({ messages }) => messages)));
      return { contents: unpackingModule(packed.toString('base64')), resolveDir: CONSOLE };
    });
    builder.onLoad({ filter: /(?:english|chinese|-pages|-snippets)\.ts$/ }, async ({ path }) => {
      const index = CATALOGUES.indexOf(path);
      if (index === -1) return undefined;
      return { contents: catalogueModule(index, await catalogueIn(path)), resolveDir: CONSOLE };
    });
  },
};

interface Catalogue {
  readonly name: string;
  readonly messages: Messages;
}

async function catalogueIn(path: string): Promise<Catalogue> {
  const [[name, messages] = [], ...others] = Object.entries(await import(pathToFileURL(path).href));
  if (name === undefined || others.length > 0)
    throw new Error(`${basename(path)} must export its catalogue and nothing else.`);
  return { name, messages: messages as Messages };
}

const unpackingModule = (packed: string) => `
  import { brotliDecompressSync } from 'node:zlib';
  export const all = JSON.parse(brotliDecompressSync(Buffer.from('${packed}', 'base64')));`;

function catalogueModule(index: number, { name, messages }: Catalogue): string {
  const functions = functionsIn(messages).map(([keys, source]) => `texts.${keys.join('.')} = ${source};`);
  return `
    import { all } from '${ALL}';
    const texts = all[${index}];
    ${functions.join('\n')}
    export { texts as ${name} };`;
}

/** The functions of a catalogue: the keys that lead to each, and its source. */
function functionsIn(messages: Messages): readonly (readonly [readonly string[], string])[] {
  return Object.entries(messages).flatMap(([key, message]): (readonly [readonly string[], string])[] => {
    if (typeof message === 'string') return [];
    if (typeof message === 'function') return [[[key], sourceOf(key, message)]];
    return functionsIn(message).map(([keys, source]) => [[key, ...keys], source]);
  });
}

/** Some texts differ for one. */
const SAMPLES = [1, 7];

/**
 * The source of a function of a catalogue.
 *
 * @throws when it refers to something outside itself, which its packed module would not have
 */
function sourceOf(key: string, message: (...values: readonly unknown[]) => string): string {
  const source = String(message);
  for (const sample of SAMPLES) {
    const values = Array.from({ length: message.length }, () => sample);
    const alone = runInNewContext(`(${source})(...values)`, { values });
    if (alone !== message(...values)) throw new Error(`The text ${key} needs more than its own arguments.`);
  }
  return source;
}
