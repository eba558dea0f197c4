import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND_FILE, FORMATS, OLDEST_NODE, sourceAt } from './layout.ts';

/** Subpaths with their conditions, as in the `exports` of package.json. */
type Exports = Readonly<Record<string, string | { readonly import: string; readonly require: string }>>;

/**
 * The packages that `tidings/cdk` needs, with the lowest version with which it makes the same template. Before 2.269,
 * `aws-cdk-lib` refuses the ids under which findings of cdk-nag are accepted.
 */
export const CDK_PEERS = { 'aws-cdk-lib': '2.269.0', constructs: '10.5.0' } as const;

/** Where kits and command line run. `tidings/receiver/sqlite` says by itself where it needs a newer one. */
const ENGINES = { node: `>=${OLDEST_NODE}` };

/** Packages that some subpaths need. All are optional: their users have them already, and receivers need none. */
const PEERS = {
  // For `tidings/receiver/dynamodb` and `tidings/initiator/dynamodb`.
  '@aws-sdk/lib-dynamodb': '^3',
  ...Object.fromEntries(Object.entries(CDK_PEERS).map(([name, lowest]) => [name, `^${lowest}`])),
};

/** Writes the package's manifest: the repository's, without what builds and runs the service. */
export function writeManifest(directory: string): void {
  const { name, version, description, keywords, license, repository, type, exports } = JSON.parse(
    readFileSync(sourceAt('package.json'), 'utf8'),
  );
  const published: Exports = JSON.parse(JSON.stringify(exports).replaceAll('"./dist/', '"./'));
  const manifest = {
    name,
    version,
    description,
    keywords,
    license,
    repository,
    type,
    sideEffects: false,
    files: [...FORMATS, 'cli', 'functions', 'CHANGELOG.md', 'THIRD_PARTY_LICENSES.txt'],
    bin: { tidings: COMMAND_FILE },
    exports: published,
    typesVersions: { '*': typesBySubpath(published) },
    engines: ENGINES,
    peerDependencies: PEERS,
    peerDependenciesMeta: Object.fromEntries(Object.keys(PEERS).map((peer) => [peer, { optional: true }])),
  };
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/**
 * The declarations of each subpath for `moduleResolution: node10`, which ignores `exports`. Such projects compile to
 * CommonJS, so they get the CommonJS declarations. Other resolvers read `exports` and ignore this field.
 */
function typesBySubpath(exports: Exports): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(exports).flatMap(([subpath, target]) =>
      typeof target === 'string' ? [] : [[subpath.slice(2), [target.require.replace(/\.js$/, '.d.ts')]]],
    ),
  );
}
