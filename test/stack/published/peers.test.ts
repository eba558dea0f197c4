import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { CDK, outputOf, runAlone } from '../../support/published/cdk-project.ts';
import { installPacked } from '../../support/published/published.ts';

/** Prints why the package could not be loaded, as either kind of module. */
const LOAD = `
  import { createRequire } from 'node:module';
  try { createRequire(import.meta.url)('tidings/cdk') } catch (error) { console.log(error.message) }
  await import('tidings/cdk').catch((error) => console.log(error.message));`;
const INSTALL = /: npm install aws-cdk-lib@\^2\.\d+\.0 constructs@\^10\.\d+\.0$/;

describe('tidings/cdk without the CDK that it needs says what to install, in one sentence', () => {
  let project: string;
  beforeAll(async () => {
    project = temporaryDirectory();
    await installPacked(project);
    writeFileSync(join(project, 'load.mjs'), LOAD);
  });
  afterEach(() => {
    for (const name of CDK) removeDirectory(join(project, 'node_modules', name));
  });
  afterAll(() => removeDirectory(project));

  /** A package that is there with this version, and empty. */
  const install = (name: string, version: string) => {
    mkdirSync(join(project, 'node_modules', name));
    writeFileSync(join(project, 'node_modules', name, 'package.json'), JSON.stringify({ name, version }));
  };
  const refusals = () => outputOf(project, ['load.mjs']).trimEnd().split('\n');

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['neither', {}, 'tidings/cdk needs aws-cdk-lib, which is not installed'],
    ['no constructs', { 'aws-cdk-lib': '2.276.0' }, 'tidings/cdk needs constructs, which is not installed'],
    ['an older CDK', { 'aws-cdk-lib': '2.100.0' }, 'and 2.100.0 is installed'],
    ['the CDK before', { 'aws-cdk-lib': '1.999.0' }, 'and 1.999.0 is installed'],
    ['the CDK after', { 'aws-cdk-lib': '3.300.0' }, 'and 3.300.0 is installed'],
    ['older constructs', { 'aws-cdk-lib': '2.276.0', constructs: '10.4.9' }, 'and 10.4.9 is installed'],
  ])('%s', (_, installed, expected) => {
    for (const [name, version] of Object.entries(installed)) install(name, version);
    const [required, imported, ...others] = refusals();
    expect([imported, others]).toEqual([required, []]);
    expect(required).toContain(expected);
    expect(required).toMatch(INSTALL);
  });

  it('ends the synthesis with that sentence', () => {
    writeFileSync(join(project, 'app.mjs'), "import { TidingsStack } from 'tidings/cdk'; TidingsStack;");
    const { status, stderr } = runAlone(project, ['app.mjs']);
    expect(status).toBe(1);
    expect(stderr).toContain('Error: tidings/cdk needs aws-cdk-lib, which is not installed: npm install ');
    expect(stderr).not.toContain('ERR_MODULE_NOT_FOUND');
  });

  it('leaves the kits alone, which need no CDK', () => {
    writeFileSync(join(project, 'kits.mjs'), "import 'tidings/receiver'; import 'tidings/initiator';");
    expect(outputOf(project, ['kits.mjs'])).toBe('');
  });
});
