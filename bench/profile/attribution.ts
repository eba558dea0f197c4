import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceFinder } from './bundle-maps.ts';
import type { CallFrame } from './profile-files.ts';

/** Whose code a function is. */
export interface Attribution {
  /** Such as `ours`, `AWS SDK`, `node http`. `undefined` for a built-in function that counts for its caller. */
  readonly bucket: string | undefined;
  /** The folder of this repository that it is in, such as `lib/core/record`. `undefined` for the code of others. */
  readonly room: string | undefined;
  /** Its name with its file and line. */
  readonly label: string;
}

export const IDLE = 'idle';
/** The profiler itself, when it starts and ends. */
export const PROFILER = 'profiler';
const OURS = 'ours';
const EMULATOR = 'local cloud';

const PROFILER_FOLDER = 'bench/profile/';

/** What a thread does outside JavaScript, as V8 names it. */
const STATES: Readonly<Record<string, string>> = {
  '(garbage collector)': 'GC',
  '(program)': 'native, system calls',
  '(root)': 'native, system calls',
  '(idle)': IDLE,
};

/** Built-in functions without a file, by name. */
const BUILT_INS: readonly (readonly [RegExp, string])[] = [
  [/^(parse|stringify)$/, 'JSON'],
  [/^(run|get|all|exec|prepare|iterate)$/, 'SQLite'],
  [/^(writev?|writeUtf8String|writeLatin1String|writeBuffer|readStart|shutdown|connect)$/, 'sockets'],
  [/^(update|digest|Hash|Hmac|Sign|oneShotDigest|sign|verify|randomFillSync|run)$/, 'node crypto'],
  [/^compileFunction|^compileSourceTextModule|^wrapSafe|^stripTypes/, 'compiling'],
];

const PARTS_OF_NODE: readonly (readonly [RegExp, string])[] = [
  [/^node:inspector/, PROFILER],
  [/^node:(_http|internal\/http|http)/, 'node http'],
  [/^node:(net|internal\/(net|stream_base)|_tls|tls|dns|internal\/dns)/, 'node net'],
  [/^node:internal\/deps\/undici/, 'undici'],
  [/^node:(internal\/crypto|crypto)/, 'node crypto'],
  [/^node:(stream|internal\/streams|internal\/webstreams|events|_stream)/, 'node streams, events'],
  [/^node:(internal\/(worker|per_context\/messageport)|worker_threads)/, 'node workers'],
  [/^node:(internal\/modules|internal\/vm|internal\/process\/esm|vm)/, 'compiling'],
  [/^node:internal\/deps\/amaro/, 'compiling'],
];

const PACKAGES: readonly (readonly [RegExp, string])[] = [
  [/^(@aws-sdk|@smithy|@aws-crypto|@aws)\//, 'AWS SDK'],
  [/^undici\//, 'undici'],
  [/^zod\//, 'zod'],
  [/^hono\//, 'hono'],
  [/^@aws-lambda-powertools\//, 'powertools'],
];

/** @param root the repository's directory */
export function createAttribution(root: string, sourceOf: SourceFinder): (frame: CallFrame) => Attribution {
  return (frame) => {
    const { functionName, url, lineNumber } = frame;
    const name = functionName || '(anonymous)';
    if (url === '') {
      return { bucket: STATES[name] ?? firstOf(BUILT_INS, name), room: undefined, label: name };
    }
    if (url.startsWith('node:')) {
      return {
        bucket: firstOf(PARTS_OF_NODE, url) ?? 'node, other',
        room: undefined,
        label: `${name} ${url}`,
      };
    }
    const place = sourceOf(frame);
    if (place !== undefined) {
      const label = `${nameIn(place.text, name)} ${shortened(place.file)}:${place.line}`;
      return { ...ownerOf(place.file, OURS), label };
    }
    const file = url.startsWith('file:') ? relative(root, pathOf(url)) : url;
    return { ...ownerOf(file, EMULATOR), label: `${name} ${shortened(file)}:${lineNumber + 1}` };
  };
}

/** The profiler's own module has a query. */
function pathOf(url: string): string {
  return fileURLToPath(new URL(new URL(url).pathname, 'file:'));
}

/** Without the folders above a package. */
function shortened(file: string): string {
  return file.replace(/^.*node_modules\//, '');
}

function ownerOf(file: string, own: string): Pick<Attribution, 'bucket' | 'room'> {
  if (file.startsWith(PROFILER_FOLDER)) return { bucket: PROFILER, room: undefined };
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+\/)(?!.*node_modules\/)/.exec(file)?.[1];
  if (inPackage !== undefined)
    return { bucket: firstOf(PACKAGES, inPackage) ?? 'other packages', room: undefined };
  // WebAssembly and the like.
  if (file.includes('://')) return { bucket: 'other packages', room: undefined };
  return { bucket: own, room: file.split('/').slice(0, -1).join('/') };
}

function firstOf(rules: readonly (readonly [RegExp, string])[], text: string): string | undefined {
  return rules.find(([pattern]) => pattern.test(text))?.[1];
}

/** Minified names have up to three letters. */
const MINIFIED = 3;
const MAX_TEXT = 40;
/** A declaration at the beginning of a line: `export async function record(`, `const send =`, `sign: async (`. */
const DECLARED =
  /^(?:export |default |async |static |private |function\*? |const |let |get )*([A-Za-z_$][\w$.]*)\s*[(=:]/;
const KEYWORDS = new Set(['if', 'for', 'while', 'switch', 'return', 'await', 'catch']);

/** The name of a function in its source line; the line itself if it has none. */
function nameIn(text: string, functionName: string): string {
  if (functionName.length > MINIFIED) return functionName;
  const declared = DECLARED.exec(text)?.[1];
  return declared === undefined || KEYWORDS.has(declared) ? text.slice(0, MAX_TEXT) : declared;
}
