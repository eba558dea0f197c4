import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeRelease, type ReleaseOptions } from '../../bin/release/make-release.ts';
import { publishRelease } from '../../bin/release/publish-release.ts';
import { git } from '../../bin/release/working-copy.ts';
import packageLock from '../../package-lock.json' with { type: 'json' };
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';

const CHANGELOG = '# Changelog\n\n## Unreleased\n\n### Fixed\n\n- It adds up.\n';
/** Stands before npm: notes the scripts that a release runs, without the half second that npm takes for each. */
const NOTING_NPM = `#!/bin/sh
case "$1" in
  run | test) echo "$*" >> ran.txt; [ "$*" != "$TIDINGS_FAILING_STEP" ] ;;
  *) PATH="\${PATH#*:}" exec npm "$@" ;;
esac
`;
const zod = packageLock.packages['node_modules/zod'];
const bundled = [{ name: 'zod', version: zod.version, license: 'MIT' }];

describe('npm run release, in a repository of its own', () => {
  let tools: string;
  let rootDir: string;
  let printed: string[];
  beforeAll(() => {
    tools = temporaryDirectory();
    writeFileSync(join(tools, 'npm'), NOTING_NPM, { mode: 0o755 });
  });
  afterAll(() => removeDirectory(tools));
  beforeEach(() => {
    vi.stubEnv('PATH', `${tools}:${process.env.PATH}`);
    rootDir = temporaryDirectory();
    printed = [];
    const write = (file: string, text: string) => writeFileSync(join(rootDir, file), text);
    const json = (file: string, value: object) => write(file, `${JSON.stringify(value, undefined, 2)}\n`);
    mkdirSync(join(rootDir, 'examples/cdk-app'), { recursive: true });
    const dependencies = { zod: zod.version };
    json('package.json', { name: 'tidings', version: '0.1.0', dependencies });
    json('package-lock.json', {
      name: 'tidings',
      version: '0.1.0',
      lockfileVersion: 3,
      packages: { '': { name: 'tidings', version: '0.1.0', dependencies }, 'node_modules/zod': zod },
    });
    json('examples/cdk-app/package.json', { dependencies: { tidings: '^0.1.0' } });
    write('CHANGELOG.md', CHANGELOG);
    write('.gitignore', 'tidings-*\nran.txt\n');
    git(rootDir, 'init', '--quiet', '--initial-branch', 'main');
    git(rootDir, 'config', 'user.name', 'Test');
    git(rootDir, 'config', 'user.email', 'test@example.com');
    git(rootDir, 'add', '--all');
    git(rootDir, 'commit', '--quiet', '--message', 'all: begin');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    removeDirectory(rootDir);
  });

  const text = (file: string) => readFileSync(join(rootDir, file), 'utf8');
  const shared = () => ({
    rootDir,
    print: (line: string) => void printed.push(line),
    build: async (directory: string) => {
      writeFileSync(join(directory, 'package.json'), text('package.json'));
      return bundled;
    },
  });
  const release = (options: Partial<ReleaseOptions> = {}) =>
    makeRelease({ ...shared(), isDry: false, skipsChecks: true, today: '2026-11-29', ...options });
  const state = () => [git(rootDir, 'rev-parse', 'HEAD'), git(rootDir, 'tag'), readdirSync(rootDir)];

  it('runs the checks, writes the version, freezes, commits, tags, packs and lists what is bundled', async () => {
    expect(await release({ skipsChecks: false })).toBe(true);
    expect(text('ran.txt').trim().split('\n')).toEqual([
      'run check',
      'test -- test/compatibility test/stack',
      'run openapi',
      'run synth',
      'run freeze -- cdk.out/Tidings.template.json',
      'run freeze:rows',
      'run format',
    ]);
    expect(JSON.parse(text('package.json')).version).toBe('0.1.1');
    const lock = JSON.parse(text('package-lock.json'));
    expect([lock.version, lock.packages[''].version]).toEqual(['0.1.1', '0.1.1']);
    expect(JSON.parse(text('examples/cdk-app/package.json')).dependencies.tidings).toBe('^0.1.1');
    expect(text('CHANGELOG.md')).toContain(
      '## Unreleased\n\n## 0.1.1 (2026-11-29)\n\n### Fixed\n\n- It adds up.\n',
    );
    expect(git(rootDir, 'log', '-1', '--format=%s %D')).toBe('release: v0.1.1 HEAD -> main, tag: v0.1.1');
    expect(git(rootDir, 'status', '--porcelain')).toBe('');
    expect(readdirSync(rootDir)).toEqual(
      expect.arrayContaining(['tidings-0.1.1.tgz', 'tidings-0.1.1.cdx.json']),
    );
    const { metadata, components, dependencies } = JSON.parse(text('tidings-0.1.1.cdx.json'));
    expect(metadata.component).toMatchObject({ name: 'tidings', version: '0.1.1' });
    expect(components).toMatchObject([{ name: 'zod', version: zod.version, hashes: [{ alg: 'SHA-512' }] }]);
    expect(dependencies).toMatchObject([{ ref: 'tidings@0.1.1', dependsOn: [components[0]['bom-ref']] }, {}]);
    expect(printed.at(-1)).toBe(
      'Nothing is published. Push the tag, and its workflow does: git push origin main v0.1.1',
    );
  });

  it('changes nothing in a dry run, and shows everything', async () => {
    const before = state();
    expect(await release({ isDry: true, skipsChecks: false, wanted: '0.2.0' })).toBe(true);
    expect(state()).toEqual(before);
    const shown = printed.join('\n');
    for (const part of [
      'Release 0.1.0 → 0.2.0',
      'Would run: npm run check',
      '## 0.2.0 (2026-11-29)\n\n### Fixed\n\n- It adds up.',
      'Would run: npm run freeze:rows',
      'git tag -a v0.2.0',
      'tidings-0.1.0.cdx.json: CycloneDX, 1 bundled packages',
    ]) {
      expect(shown).toContain(part);
    }
  });

  it('refuses, and changes nothing, where something is not committed', async () => {
    writeFileSync(join(rootDir, 'forgotten.ts'), '');
    const before = state();
    expect([await release(), await release({ isDry: true })]).toEqual([false, false]);
    expect(state()).toEqual(before);
    expect(printed).toContain('Refused: There are changes that are not committed: forgotten.ts.');
  });

  it('commits nothing where a step fails, and says how to take back what was written', async () => {
    vi.stubEnv('TIDINGS_FAILING_STEP', 'run freeze:rows');
    await expect(release()).rejects.toThrow('npm run freeze:rows');
    expect(git(rootDir, 'log', '-1', '--format=%s')).toBe('all: begin');
    expect(git(rootDir, 'tag')).toBe('');
    expect(printed.at(-1)).toMatch(/^Nothing is committed\. /);
  });

  it('says what would be published, from the tag only, with provenance in a workflow', async () => {
    const publish = (environment: NodeJS.ProcessEnv) =>
      publishRelease({ ...shared(), isDry: true, environment });
    expect(await publish({})).toBe(false);
    expect(printed.at(-1)).toMatch(/^Refused: Only a tagged release is published/);
    git(rootDir, 'tag', '--annotate', 'v0.1.0', '--message', 'v0.1.0');
    expect(await publish({})).toBe(true);
    expect(printed).toContain(`Would run: npm publish ${join(rootDir, 'tidings-0.1.0.tgz')} --access public`);
    expect(await publish({ GITHUB_ACTIONS: 'true' })).toBe(false);
    expect(printed.at(-1)).toMatch(/^Refused: package\.json has no "repository"/);
  });
});
