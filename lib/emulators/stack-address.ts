import { EmulatorError } from './emulator-error.ts';

/**
 * The address of a deployed stack, without a slash at its end.
 *
 * An emulator may create a stack without the resource that has the address. LocalStack's community edition skips an HTTP
 * API in silence, and the output is then `unknown`.
 *
 * @throws EmulatorError that says what to do
 */
export function stackAddress(outputs: Readonly<Record<string, string>>): string {
  const { ApiUrl = 'missing' } = outputs;
  if (/^https?:\/\//.test(ApiUrl) && URL.canParse(ApiUrl)) return ApiUrl.replace(/\/+$/, '');
  throw new EmulatorError(
    `The stack is deployed and has no address: its output ApiUrl is "${ApiUrl}". This cloud has no HTTP API, or no function ` +
      'URLs. Deploy with the other front door (npm run localstack:deploy -- --front-door function-url, or http-api), or to ' +
      'another emulator: docker-compose.yml lists some.',
  );
}
