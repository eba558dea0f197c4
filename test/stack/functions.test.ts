import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, parse } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAX_BUNDLE_BYTES, MAX_DELIVER_BYTES } from '../../bench/bundles/bundle-bounds.ts';
import { assemblyOf, ROOT } from '../support/synthesized.ts';
import { functionId, resourcesOf } from './synthesized-template.ts';

describe('the functions', () => {
  it('are the files of functions/, each of them but the one behind a function URL, and nothing else', () => {
    const names = readdirSync(join(ROOT, 'functions'))
      .filter((file) => file.endsWith('.ts') && file !== 'front.ts')
      .map((file) =>
        parse(file).name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      );
    expect(
      resourcesOf('AWS::Lambda::Function')
        .map(([id]) => id)
        .sort(),
    ).toEqual(names.map(functionId).sort());
  });

  it('run on Node 24 and arm64', () => {
    for (const [id, properties] of resourcesOf('AWS::Lambda::Function')) {
      expect({ id, ...properties }).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
      });
    }
  });

  it('are one module each, no larger than its bound; only the console has files beside it, for browsers', () => {
    const { files } = JSON.parse(
      readFileSync(join(assemblyOf('production'), 'Tidings.assets.json'), 'utf8'),
    ) as {
      files: Record<string, { displayName: string; source: { path: string; packaging: string } }>;
    };
    const bundles = Object.values(files).filter(({ source }) => source.packaging === 'zip');
    expect(bundles.length).toBe(resourcesOf('AWS::Lambda::Function').length);
    for (const { displayName, source } of bundles) {
      const folder = join(assemblyOf('production'), source.path);
      const isConsole = displayName.includes('Console');
      expect(readdirSync(folder).sort()).toEqual(isConsole ? ['assets', 'index.mjs'] : ['index.mjs']);
      const maxBytes = displayName.includes('Deliver') ? MAX_DELIVER_BYTES : MAX_BUNDLE_BYTES;
      const { size } = statSync(join(folder, 'index.mjs'));
      expect({ displayName, size, isSmall: size <= maxBytes }).toEqual({ displayName, size, isSmall: true });
    }
  });

  it('have neither the CDK nor what no function runs, and start no second HTTP client', () => {
    for (const [, { Code }] of resourcesOf('AWS::Lambda::Function')) {
      const hash = Code.S3Key.replace('.zip', '');
      const bundle = readFileSync(join(assemblyOf('production'), `asset.${hash}`, 'index.mjs'), 'utf8');
      expect(bundle).not.toContain('aws-cdk-lib');
      expect(bundle).not.toContain('sideEffects');
      // An import would read all exports of the module, and some load more of Node.
      expect(bundle).not.toMatch(
        /(?:\bfrom|\bimport|\bimport\()\s*"(?!node:module")(?:node:)?[a-z]+[a-z/_0-9]*"/,
      );
      expect(bundle).not.toContain(':message-type');
      expect(bundle).not.toContain('sso_start_url');
    }
  });

  it('may not reach loopback: that is for one machine only', () => {
    for (const [, { Environment }] of resourcesOf('AWS::Lambda::Function')) {
      const variables = JSON.stringify(Environment ?? {});
      expect(variables).not.toContain('TIDINGS_ALLOW_LOOPBACK');
      expect(variables).not.toContain('TIDINGS_ONE_CLOCK');
    }
  });
});
