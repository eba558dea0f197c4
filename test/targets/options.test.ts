import { describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';

describe('the options of the end-to-end suite', () => {
  it.each([
    [[], 'No --target was given. Choose one: local, ministack, localstack, aws.'],
    [['--target', 'azure'], 'There is no target azure. Choose one: local, ministack, localstack, aws.'],
    [['--target', 'aws', '--api-url', 'unknown'], '--api-url needs an http or https URL, not unknown.'],
    [['--target', 'aws', '--api-url', 'ftp://a.example'], '--api-url needs an http or https URL'],
    [['--target', 'aws', '--root-key', 'secret'], '--root-key needs tk_root_ and the value of the secret'],
    [
      ['--target', 'local', '--journey', 'nothing'],
      'There is no journey nothing. Choose from record, callback',
    ],
    [['--target', 'local', '--report', 'table.txt'], '--report needs a file that ends in .md or .json'],
    [['--target', 'local', '--receiver-port', 'x'], '--receiver-port needs a number from 0 to 65535, not x.'],
    [['--target', 'local', '--receiver-port', '70000'], '--receiver-port needs a number from 0 to 65535'],
    [['--target', 'local', '--receiver-host', 'a b'], '--receiver-host a b is neither a host nor'],
    [
      ['--target', 'local', '--receiver-host', 'host:4600'],
      '--receiver-host host:4600 is neither a host nor',
    ],
    [
      ['--target', 'local', '--receiver-host', 'host/path'],
      '--receiver-host host/path is neither a host nor',
    ],
    [
      ['--target', 'local', '--receiver-host', 'ftp://host'],
      '--receiver-host ftp://host is neither a host nor',
    ],
    [['--target', 'local', '--colour'], "Unknown option '--colour'"],
    [['--target', 'local', 'more'], 'more'],
  ])('%j is refused with a sentence that says what is right', (args, sentence) => {
    expect(() => readOptions(args)).toThrow(sentence);
  });

  it.each([
    ['127.0.0.1', '127.0.0.1', 'http://127.0.0.1:4600'],
    ['localhost', '127.0.0.1', 'http://localhost:4600'],
    ['host.docker.internal', '0.0.0.0', 'http://host.docker.internal:4600'],
    ['https://tunnel.example', '0.0.0.0', 'https://tunnel.example'],
    ['https://tunnel.example:8443/e2e/', '0.0.0.0', 'https://tunnel.example:8443/e2e'],
    ['http://127.0.0.1:9', '127.0.0.1', 'http://127.0.0.1:9'],
  ])('--receiver-host %s listens on %s and is reached at %s', (host, listenOn, url) => {
    const options = readOptions(['--target', 'aws', '--receiver-host', host]);
    if (typeof options === 'string') throw new Error(options);
    expect([options.receiver?.listenOn, options.receiver?.urlOf(4_600)]).toEqual([listenOn, url]);
  });

  it('name journeys in the order that was given, and all of them otherwise', () => {
    const some = readOptions(['--target', 'local', '--journey', 'feed', '--journey', 'record']);
    if (typeof some === 'string') throw new Error(some);
    expect(some.journeys.map(({ name }) => name)).toEqual(['feed', 'record']);
    expect(readOptions(['--target', 'local'])).toMatchObject({ journeys: { length: 20 } });
  });

  it('drop the slash at the end of an address', () => {
    expect(readOptions(['--target', 'aws', '--api-url', 'https://api.example/'])).toMatchObject({
      apiUrl: 'https://api.example',
    });
  });
});
