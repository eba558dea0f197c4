import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Where V8's compiled code, and TypeScript without its types, are kept between runs. Node checks each entry against its
 * source. As `NODE_COMPILE_CACHE` in a child's or a thread's environment, it has the same effect there.
 */
export const COMPILE_CACHE = fileURLToPath(
  new URL('../../node_modules/.cache/tidings/compiled', import.meta.url),
);

/** Keeps the compiled code of modules that this thread loads from now on. Without a writable directory, it does nothing. */
export function keepCompiledCode(): void {
  enableCompileCache(COMPILE_CACHE);
}
