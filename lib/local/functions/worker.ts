/**
 * Runs inside a worker thread. Loads one function's bundle and passes it one event at a time, as Lambda's Node
 * runtime does. Its `process.env` is the thread's own.
 */

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileFunction, constants } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import type { InvocationError, InvocationRequest, WorkerMessage, WorkerSetting } from './protocol.ts';

type Handler = (event: unknown, context: object) => unknown;

const setting = workerData as WorkerSetting;
if (process.env.NODE_OPTIONS?.includes('--enable-source-maps')) process.setSourceMapsEnabled(true);

try {
  const handler = await loadHandler();
  parentPort?.on('message', (request: InvocationRequest) => {
    void invoke(handler, request).then(post);
  });
  post({ kind: 'ready' });
} catch (error) {
  post({ kind: 'init-error', error: describe(error) });
}

function post(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

async function invoke(handler: Handler, request: InvocationRequest): Promise<WorkerMessage> {
  // SDK clients send it with their requests, which lets Lambda detect recursive loops.
  process.env._X_AMZN_TRACE_ID = request.traceHeader;
  try {
    const result = await handler(JSON.parse(request.payload), context(request));
    return { kind: 'success', payload: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    return { kind: 'error', error: describe(error) };
  }
}

function context(request: InvocationRequest): object {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: setting.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: setting.functionArn,
    memoryLimitInMB: String(setting.memoryMb),
    awsRequestId: request.requestId,
    logGroupName: `/aws/lambda/${setting.functionName}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, request.deadline - Date.now()),
  };
}

async function loadHandler(): Promise<Handler> {
  const dot = setting.handler.lastIndexOf('.');
  const [file, name] = [setting.handler.slice(0, dot), setting.handler.slice(dot + 1)];
  const path = ['.mjs', '.cjs', '.js']
    .map((ending) => join(setting.assetDir, file + ending))
    .find(existsSync);
  if (path === undefined) throw new Error(`${setting.assetDir} has no ${file}.mjs, .cjs or .js`);
  const exported = isCommonJs(path)
    ? loadCommonJs(path)
    : ((await import(pathToFileURL(path).href)) as object);
  const handler = (exported as Record<string, unknown>)[name];
  if (typeof handler !== 'function') throw new Error(`${path} exports no function ${name}`);
  return handler as Handler;
}

/** In Lambda a bundle stands alone: without its own package.json, `.js` is CommonJS. */
function isCommonJs(path: string): boolean {
  return path.endsWith('.js') && !existsSync(join(dirname(path), 'package.json'));
}

/** Avoids `require()`, which would apply the package.json of the project around the assembly. */
function loadCommonJs(path: string): object {
  const module = { exports: {} };
  const load = compileFunction(
    readFileSync(path, 'utf8'),
    ['exports', 'require', 'module', '__filename', '__dirname'],
    { filename: path, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER },
  );
  load(module.exports, createRequire(path), module, path, dirname(path));
  return module.exports;
}

function describe(error: unknown): InvocationError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}
