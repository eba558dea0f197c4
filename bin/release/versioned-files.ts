import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { releasedAs } from './changelog.ts';

/** What a release changes in a file that names the version. */
type Edit = (text: string, version: string, date: string) => string;

// biome-ignore lint/suspicious/noExplicitAny: manifests of npm.
type Json = any;

const inJson =
  (change: (json: Json, version: string) => void): Edit =>
  (text, version) => {
    const json = JSON.parse(text);
    change(json, version);
    return `${JSON.stringify(json, undefined, 2)}\n`;
  };

/** Files that name the version, with what the release changes in them. */
const EDITS: Readonly<Record<string, Edit>> = {
  'package.json': inJson((json, version) => {
    json.version = version;
  }),
  'package-lock.json': inJson((json, version) => {
    json.version = version;
    json.packages[''].version = version;
  }),
  'examples/cdk-app/package.json': inJson((json, version) => {
    json.dependencies.tidings = `^${version}`;
  }),
  'CHANGELOG.md': releasedAs,
};

export const VERSIONED_FILES: readonly string[] = Object.keys(EDITS);

/** Writes the version into every file that names it. */
export function writeVersion(rootDir: string, version: string, date: string): void {
  for (const [name, edit] of Object.entries(EDITS)) {
    const file = join(rootDir, name);
    writeFileSync(file, edit(readFileSync(file, 'utf8'), version, date));
  }
}
