import { join } from 'node:path';
import { loadAssembly } from '../lib/local/template/assembly.ts';
import { resolveStack } from '../lib/local/template/stack-resources.ts';
import { ASSEMBLY } from '../test/support/synthesized.ts';

/** A function as the synthesized template has it. */
export interface DeployedFunction {
  /** Its file under `functions/`, without its ending. */
  readonly name: string;
  readonly memoryMb: number;
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
}

const ADDRESSES = { sqs: 'http://127.0.0.1:1', api: 'http://127.0.0.1:1' };

/** The functions of the service's assembly. */
export function deployedFunctions(): readonly DeployedFunction[] {
  const assembly = loadAssembly(ASSEMBLY);
  return resolveStack(assembly, ADDRESSES)
    .ofType('AWS::Lambda::Function')
    .flatMap(({ physical, properties }) => {
      const folder = assembly.assetPath(properties.Code.S3Key);
      // `Tidings/Tidings/Record/Resource`; what others add to the stack is not ours to measure.
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
