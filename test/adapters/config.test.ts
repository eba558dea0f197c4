import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/adapters/config.ts';

describe('the configuration', () => {
  it('is read by name, with defaults for what need not be said', () => {
    const config = parseConfig({ TIDINGS_TABLE_NAME: 't' }, ['tableName', 'feedLagSeconds', 'allowLoopback']);
    expect(config).toEqual({ tableName: 't', feedLagSeconds: 30, allowLoopback: false });
  });

  it('reports everything that is wrong at once', () => {
    const env = {
      TIDINGS_FEED_LAG_SECONDS: '30s',
      TIDINGS_ALLOW_LOOPBACK: 'yes',
      TIDINGS_CALLBACK_PORTS: '0',
    };
    expect(() => parseConfig(env, ['tableName', 'feedLagSeconds', 'allowLoopback', 'callbackPorts'])).toThrow(
      'Wrong configuration: TIDINGS_TABLE_NAME is missing; TIDINGS_FEED_LAG_SECONDS is malformed; ' +
        'TIDINGS_ALLOW_LOOPBACK is malformed; TIDINGS_CALLBACK_PORTS is malformed.',
    );
  });

  it('reads permitted hosts, of which an emulator’s template names none on another account', () => {
    const read = (TIDINGS_PERMITTED_HOSTS?: string) =>
      parseConfig({ TIDINGS_PERMITTED_HOSTS }, ['permittedHosts']).permittedHosts;
    expect(read()).toEqual([]);
    expect(read('')).toEqual([]);
    expect(read('host.docker.internal,172.17.0.1')).toEqual(['host.docker.internal', '172.17.0.1']);
    expect(() => read('http://host')).toThrow('TIDINGS_PERMITTED_HOSTS is malformed');
  });

  it('takes an empty text for a mistake, except in the variables of the SDK', () => {
    const env = { TIDINGS_PUBLIC_URL: '', AWS_ENDPOINT_URL: '', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'TRUE' };
    expect(parseConfig(env, ['endpointUrl', 'ignoresEndpoints', 'originSecret'])).toEqual({
      endpointUrl: undefined,
      ignoresEndpoints: true,
      originSecret: undefined,
    });
    expect(() => parseConfig(env, ['publicUrl'])).toThrow('TIDINGS_PUBLIC_URL is malformed');
    expect(() => parseConfig({ AWS_ENDPOINT_URL: 'here' }, ['endpointUrl'])).toThrow('is malformed');
  });

  it('reads names of functions from JSON', () => {
    const read = (TIDINGS_API_FUNCTIONS?: string) =>
      parseConfig({ TIDINGS_API_FUNCTIONS }, ['apiFunctions']).apiFunctions;
    expect(read()).toEqual({});
    expect(read('{"query": "Tidings-Query"}')).toEqual({ query: 'Tidings-Query' });
    for (const malformed of ['', '{', '[1]', '{"query": 1}'])
      expect(() => read(malformed)).toThrow('TIDINGS_API_FUNCTIONS is malformed');
  });
});
