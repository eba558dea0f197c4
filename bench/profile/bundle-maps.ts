import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, parse, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../lib/stack/bundling/bundles.ts';
import { ROOT } from '../../test/support/synthesized.ts';
import type { CallFrame } from './profile-files.ts';

/** A function in a source file. */
export interface SourcePlace {
  /** Relative to the repository: `lib/core/record/record.ts`, `node_modules/@smithy/core/…`. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** The text of that line, for functions whose names were minified. */
  readonly text: string;
}

/** Finds the source of a function in a minified bundle. `undefined` if it cannot be found. */
export type SourceFinder = (frame: CallFrame) => SourcePlace | undefined;

/**
 * Bundles all functions again, with source maps. The code is the same, so the maps also fit the bundles of an assembly.
 * A bundle that differs, because sources have changed since, is not mapped.
 */
export function createSourceFinder(): SourceFinder {
  const mapped = mapsByCode();
  const known = new Map<string, MappedBundle | undefined>();
  return (frame) => {
    if (!frame.url.startsWith('file:') || !frame.url.endsWith(`/${BUNDLE}`)) return undefined;
    if (!known.has(frame.url))
      known.set(frame.url, mapped.get(readFileSync(fileURLToPath(frame.url), 'utf8')));
    const found = known.get(frame.url);
    return found && placeOf(found, frame);
  };
}

interface MappedBundle {
  readonly map: SourceMap;
  /** Paths of the map's sources are relative to it. */
  readonly directory: string;
}

const FUNCTIONS = join(ROOT, 'functions');
const BUNDLE = 'index.mjs';

function mapsByCode(): ReadonlyMap<string, MappedBundle> {
  const directory = mkdtempSync(join(tmpdir(), 'tidings-maps-'));
  try {
    const files = readdirSync(FUNCTIONS).filter((file) => file.endsWith('.ts'));
    const entries = Object.fromEntries(files.map((file) => [parse(file).name, join(FUNCTIONS, file)]));
    bundle(entries, directory, { hasMaps: true });
    return new Map(
      Object.keys(entries).map((name) => {
        const path = join(directory, name, BUNDLE);
        const map = new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8')));
        return [readFileSync(path, 'utf8'), { map, directory: dirname(path) }];
      }),
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function placeOf({ map, directory }: MappedBundle, frame: CallFrame): SourcePlace | undefined {
  const entry = map.findEntry(frame.lineNumber, frame.columnNumber);
  if (!('originalSource' in entry)) return undefined;
  const { originalSource, originalLine } = entry;
  const source = map.payload.sources.indexOf(originalSource);
  const text = map.payload.sourcesContent[source]?.split('\n')[originalLine]?.trim() ?? '';
  return { file: relative(ROOT, resolve(directory, originalSource)), line: originalLine + 1, text };
}
