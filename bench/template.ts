import { join } from 'node:path';
import { loadAssembly } from '../lib/local/template/assembly.ts';
import { resolveStack } from '../lib/local/template/stack-resources.ts';
import { assemblyOf } from '../test/support/synthesized.ts';

/** A function in the synthesized template. */
export interface DeployedFunction {
  /** Its file name under `functions/`, without extension. */
  readonly name: string;
  readonly memoryMb: number;
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Where queues and API would be. Nothing listens there. */
export const NO_ADDRESS = 'http://127.0.0.1:1';
const ADDRESSES = { sqs: NO_ADDRESS, api: NO_ADDRESS };

/** The functions in the service's assembly. */
export function deployedFunctions(): readonly DeployedFunction[] {
  const assembly = loadAssembly(assemblyOf('production'));
  return resolveStack(assembly, ADDRESSES)
    .ofType('AWS::Lambda::Function')
    .flatMap(({ physical, properties }) => {
      const folder = assembly.assetPath(properties.Code.S3Key);
      // `Tidings/Tidings/Record/Resource`. Functions that others add to the stack are not measured.
      const name = physical.constructPath?.split('/').at(-2)?.toLowerCase();
      if (folder === undefined || name === undefined) return [];
      return [
        {
          name,
          memoryMb: properties.MemorySize,
          bundle: join(folder, 'index.mjs'),
          environment: properties.Environment?.Variables ?? {},
        },
      ];
    });
}
