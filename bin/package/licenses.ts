import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './layout.ts';

/** A package of others that has code in the published package. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

interface Licensed extends BundledPackage {
  readonly text: string;
}

/**
 * Writes the licenses of others whose code was bundled: they ask that their text goes with it. Packages with the same text
 * share it.
 *
 * @param inputs the files that were bundled, seen from the repository
 * @returns the packages that they belong to
 */
export function writeLicenses(directory: string, inputs: readonly string[]): readonly BundledPackage[] {
  const roots = new Set(inputs.flatMap((file) => packageRootOf(file) ?? []));
  const bundled = [...roots].map(readPackage);
  const byText = Map.groupBy(bundled, ({ text }) => text);
  const parts = [...byText].map(([text, packages]) => {
    const names = packages.map(({ name, license }) => `${name} (${license})`).sort();
    return `${[...new Set(names)].join('\n')}\n\n${text.trim()}\n`;
  });
  const head = 'This package contains code of the following packages, under their licenses.\n';
  writeFileSync(
    join(directory, 'THIRD_PARTY_LICENSES.txt'),
    [head, ...parts.sort()].join(`\n${'-'.repeat(80)}\n\n`),
  );
  return bundled;
}

/** The directory of the package that a file belongs to, if it is one of others. */
function packageRootOf(file: string): string | undefined {
  const [, root] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
  return root;
}

function readPackage(root: string): Licensed {
  const directory = join(ROOT, root);
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  return {
    name,
    version,
    license,
    text: licenseText(directory) ?? `The package has no text of its own; its license is ${license}.`,
  };
}

function licenseText(directory: string): string | undefined {
  const file = readdirSync(directory).find((name) => /^licen[cs]e/i.test(name));
  return file === undefined ? undefined : readFileSync(join(directory, file), 'utf8');
}
