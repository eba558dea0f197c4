import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { parse } from 'node:path';
import { expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { packedFile, packedPaths } from '../../support/published/published.ts';
import { ROOT } from '../../support/synthesized.ts';

const MAX_PACKED_BYTES = 3_500_000;

/** A file's text in the packed package. */
async function packedText(path: string): Promise<string> {
  return execFileSync('tar', ['-xzOf', await packedFile(), `package/${path}`], {
    encoding: 'utf8',
    maxBuffer: 1_000_000,
  });
}

it('the packed package has kits, command line, construct and bundles, what belongs to a package, and nothing else', async () => {
  const paths = await packedPaths();
  const kits = /^(?:esm|cjs)\/(?:initiator|receiver|protocol)\/.*\.(?:js|d\.ts)$/;
  const construct = /^(?:esm|cjs)\/(?:presets\.d\.ts|stack\/(?:index\.js|.*\.d\.ts))$/;
  const bundles = /^functions\/(?:[a-z-]+\/index\.mjs|console\/assets\/\w+\.(?:css|js)\.br)$/;
  const others = paths.filter((path) => !kits.test(path) && !construct.test(path) && !bundles.test(path));
  expect(others).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'THIRD_PARTY_LICENSES.txt',
    'cjs/package.json',
    'cli/tidings.cjs',
    'package.json',
  ]);
  const functions = readdirSync(`${ROOT}/functions`).filter((file) => file.endsWith('.ts'));
  const shipped = new Set(paths.filter((path) => bundles.test(path)).map((path) => path.split('/')[1]));
  expect([...shipped]).toEqual(functions.map((file) => parse(file).name).sort());
  expect(statSync(await packedFile()).size).toBeLessThan(MAX_PACKED_BYTES);
});

it('its manifest asks for nothing that a receiver would have to install', async () => {
  const manifest = JSON.parse(await packedText('package.json'));
  expect(manifest).not.toHaveProperty('dependencies');
  expect(manifest).not.toHaveProperty('scripts');
  expect(manifest).not.toHaveProperty('private');
  expect(manifest.version).toBe(packageJson.version);
  expect(manifest.engines).toEqual({ node: '>=22' });
  const peers = Object.keys(manifest.peerDependencies);
  expect(peers).toEqual(['@aws-sdk/lib-dynamodb', 'aws-cdk-lib', 'constructs']);
  expect(manifest.peerDependenciesMeta).toEqual(
    Object.fromEntries(peers.map((peer) => [peer, { optional: true }])),
  );
});

it('it names the license of everybody whose code is bundled', async () => {
  const text = await packedText('THIRD_PARTY_LICENSES.txt');
  // In the functions, in the construct, in the command line, and in the scripts of the console.
  for (const name of ['@aws-sdk/client-dynamodb', 'hono', 'zod', 'commander', 'papaparse', '@noble/hashes']) {
    const { license } = JSON.parse(readFileSync(`${ROOT}/node_modules/${name}/package.json`, 'utf8'));
    expect(text).toContain(`\n${name} (${license})\n`);
  }
  expect(text).not.toContain('aws-cdk-lib');
});

it('its README is for those who install it: what it says exists in it', async () => {
  const text = await packedText('README.md');
  const subpaths = [...text.matchAll(/'tidings(\/[\w/]+)'/g)].map(([, path]) => `.${path}`);
  expect(new Set(subpaths).size).toBeGreaterThan(3);
  for (const subpath of subpaths) expect(packageJson.exports).toHaveProperty([subpath]);
  // Pages outside of the package are named, not linked: a registry would not find them.
  expect(text).not.toMatch(/\]\((?!https:)/);
});
