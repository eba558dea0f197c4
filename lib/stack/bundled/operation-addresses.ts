import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import type { Operation, OperationAddress } from '../../api/contract/operation.ts';

const CONSOLE = fileURLToPath(new URL('../../console/', import.meta.url));
const NAMESPACE = 'operation-addresses';

/**
 * Gives the console the addresses of operations instead of their contracts. It makes requests, and the function that gets
 * one validates it, so the schemas of all operations would be dead weight in its bundle.
 *
 * A contract that the console imports becomes a module with the same names, of its operations and its limits only.
 */
export const operationAddresses: Plugin = {
  name: NAMESPACE,
  setup(builder) {
    builder.onResolve({ filter: /-contract\.ts$/ }, ({ path, importer, resolveDir }) =>
      importer.startsWith(CONSOLE) ? { path: resolve(resolveDir, path), namespace: NAMESPACE } : undefined,
    );
    builder.onLoad({ filter: /^/, namespace: NAMESPACE }, async ({ path }) => {
      const contract: Readonly<Record<string, unknown>> = await import(pathToFileURL(path).href);
      const lines = Object.entries(contract).flatMap(([name, value]) => {
        const kept = isOperation(value) ? addressOf(value) : typeof value === 'number' ? value : undefined;
        return kept === undefined ? [] : [`export const ${name} = ${JSON.stringify(kept)};`];
      });
      return { contents: lines.join('\n'), loader: 'js' };
    });
  },
};

const isOperation = (value: unknown): value is Operation =>
  typeof value === 'object' && value !== null && 'operationId' in value;

const addressOf = (operation: Operation): OperationAddress => {
  const { operationId, method, path, function: name, merchant, forAdmins = false } = operation;
  return { operationId, method, path, function: name, merchant, forAdmins };
};
