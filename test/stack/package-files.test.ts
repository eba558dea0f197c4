import { expect, it } from 'vitest';
import { withVersionsOnly } from '../../lib/stack/bundled/package-files.ts';

const file = (name: string, version: string) =>
  `{name:"@aws-sdk/${name}",version:"${version}",description:"a \\"{\\" in it",scripts:{build:"a && b '}'",clean:'{"'},files:["dist-*/**"]}`;

it('a bundle keeps only the version of the package files of SDK clients', () => {
  const code = `var a=${file('client-sqs', '3.1.0')};f({b:1});var c=${file('client-kms', '3.2.0')},d={e:"}"};`;
  expect(withVersionsOnly(code)).toBe('var a={version:"3.1.0"};f({b:1});var c={version:"3.2.0"},d={e:"}"};');
});

it('a bundle without such files stays as it is', () => {
  const code = 'var a={name:"other",version:"1.0.0",description:"x"};';
  expect(withVersionsOnly(code)).toBe(code);
});

it('a package file without an end is an error and no shorter bundle', () => {
  expect(() =>
    withVersionsOnly('var a={name:"@aws-sdk/client-sqs",version:"3.1.0",description:"x"'),
  ).toThrow();
});
