import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { brotliCompressSync } from 'node:zlib';
import type { Plugin } from 'esbuild';

const CONSOLE = fileURLToPath(new URL('../../console/', import.meta.url));

/** The catalogues that pages import, each with those of its rooms. Those of one language are packed together. */
const PACKS = [
  ['view/text/english.ts', 'texts/english-pages.ts'],
  ['view/text/chinese.ts', 'texts/chinese-pages.ts'],
].map((paths) => paths.map((path) => `${CONSOLE}${path}`));

/** A module with the texts of one pack is named by this word and the pack's number. */
const PACK = 'pack-of-texts-';
const ON_FIRST_USE = fileURLToPath(new URL('../../core/reading/on-first-use.ts', import.meta.url));

type Messages = { readonly [key: string]: Message };
type Message = string | ((...values: readonly unknown[]) => string) | Messages;

/**
 * Compresses the texts of the console's pages: prose in two languages is a tenth of its bundle. A catalogue becomes a module
 * with the same export: its texts from packed JSON, and its functions as they are. Each part is a getter, so
 * that texts are unpacked for the first page in their language.
 */
export const packedTexts: Plugin = {
  name: 'packed-texts',
  setup(builder) {
    builder.onResolve({ filter: new RegExp(`^${PACK}`) }, ({ path }) => ({ path, namespace: PACK }));
    builder.onLoad({ filter: /^/, namespace: PACK }, async ({ path }) => {
      const catalogues = await Promise.all((PACKS[Number(path.slice(PACK.length))] ?? []).map(catalogueIn));
      const packed = brotliCompressSync(JSON.stringify(catalogues.map(({ messages }) => messages)));
      return { contents: unpackingModule(packed.toString('base64')), resolveDir: CONSOLE };
    });
    builder.onLoad({ filter: /(?:english|chinese|-pages)\.ts$/ }, async ({ path }) => {
      const pack = PACKS.findIndex((paths) => paths.includes(path));
      const place = PACKS[pack]?.indexOf(path);
      if (place === undefined) return undefined;
      const contents = catalogueModule({ pack, place }, await catalogueIn(path));
      return { contents, resolveDir: CONSOLE };
    });
  },
};

interface Place {
  readonly pack: number;
  /** Within its pack. */
  readonly place: number;
}

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
  import { onFirstUse } from '${ON_FIRST_USE}';
  export const unpack = onFirstUse(() => JSON.parse(brotliDecompressSync(Buffer.from('${packed}', 'base64'))));`;

function catalogueModule({ pack, place }: Place, { name, messages }: Catalogue): string {
  const parts = Object.keys(messages).map((key) => `get ${key}() { return made().${key}; }`);
  const functions = functionsIn(messages).map(([keys, source]) => `texts.${keys.join('.')} = ${source};`);
  return `
    import { onFirstUse } from '${ON_FIRST_USE}';
    import { unpack } from '${PACK}${pack}';
    const made = onFirstUse(() => {
      const texts = unpack()[${place}];
      ${functions.join('\n')}
      return texts;
    });
    export const ${name} = { ${parts.join(', ')} };`;
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
