// @ts-check
/**
 * Runs inside a worker thread and hosts instances of functions. It loads their bundles and passes events to them, several at once,
 * as Lambda's Node runtime does on Managed Instances. What belongs to one event (its request, its trace) follows the asynchronous
 * context. Instances that share the thread see their own `process.env` and module state.
 *
 * Plain JavaScript: for TypeScript, Node would load a compiler into every thread.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire, enableCompileCache, flushCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileFunction, constants } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { InvokeStore, InvokeStoreBase } from '@aws/lambda-invoke-store';
import { giveBackMemory } from './give-back-memory.mjs';

/** @import { HostMessage, HostRequest, InstanceSetting, InvocationError, InvocationRequest } from './protocol.ts' */

/**
 * @typedef {object} Instance
 * @property {InstanceSetting} setting
 * @property {Record<string, string | undefined>} env
 * @property {(event: unknown, context: object) => unknown} handler
 */

/**
 * What code sees that runs for an instance. `trace` is what it sees as {@link TRACE}: each event has its own.
 *
 * @typedef {{ readonly id: number, readonly env: Record<string, string | undefined>, trace?: string | undefined }} Running
 */

/** SDK clients send this variable with their requests, by which Lambda detects recursive loops. */
const TRACE = '_X_AMZN_TRACE_ID';
/** @type {Map<number, Instance>} */
const instances = new Map();
/** Bundles that an instance has loaded, or tried to. */
const loaded = new Set();
/** @type {AsyncLocalStorage<Running>} */
const current = new AsyncLocalStorage();
/** Where libraries keep what belongs to one event, as on Managed Instances. Made before a bundle loads, so that it uses this one. */
const store = await InvokeStore.getInstanceAsync(true);
const { PROTECTED_KEYS } = InvokeStoreBase;

enableCompileCache(workerData.compileCache);
process.env = ownEnvironment(process.env);
for (const stream of /** @type {const} */ (['stdout', 'stderr'])) forwardOutput(stream);

parentPort?.on('message', (/** @type {HostRequest} */ message) => {
  if (message.kind === 'load') void answer(message.call, load(message.instance, message.setting));
  else if (message.kind === 'invoke') void answer(message.call, invoke(message.instance, message.request));
  else if (message.kind === 'ping') post({ kind: 'success', call: message.call, payload: 'null' });
  else if (message.kind === 'unload') instances.delete(message.instance);
  else if (message.kind === 'give-back-memory') giveBackMemory();
});

/** @param {HostMessage} message */
function post(message) {
  parentPort?.postMessage(message);
}

/**
 * @param {number} call
 * @param {Promise<string>} result
 */
async function answer(call, result) {
  try {
    post({ kind: 'success', call, payload: await result });
  } catch (error) {
    post({ kind: 'error', call, error: describe(error) });
  }
}

/**
 * @param {number} id
 * @param {InstanceSetting} setting
 */
async function load(id, setting) {
  const env = { ...setting.env };
  if (env.NODE_OPTIONS?.includes('--enable-source-maps')) process.setSourceMapsEnabled(true);
  const handler = await current.run({ id, env }, () => loadHandler(id, setting));
  instances.set(id, { setting, env, handler });
  // After the answer: the events that wait for the instance come first.
  setImmediate(flushCompileCache);
  return 'null';
}

/**
 * @param {number} id
 * @param {InvocationRequest} request
 */
async function invoke(id, request) {
  const instance = instances.get(id);
  if (instance === undefined) throw new Error('The instance has ended.');
  const { handler, env, setting } = instance;
  const { requestId, traceHeader: trace } = request;
  const shared = { [PROTECTED_KEYS.REQUEST_ID]: requestId, [PROTECTED_KEYS.X_RAY_TRACE_ID]: trace };
  return await current.run({ id, env, trace }, () =>
    store.run(shared, async () => {
      const result = await handler(JSON.parse(request.payload), contextOf(setting, request));
      return JSON.stringify(result) ?? 'null';
    }),
  );
}

/**
 * @param {InstanceSetting} setting
 * @param {InvocationRequest} request
 */
function contextOf({ functionName, functionArn, memoryMb }, { requestId, deadline }) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    memoryLimitInMB: String(memoryMb),
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

/**
 * @param {number} id
 * @param {InstanceSetting} setting
 * @returns {Promise<Instance['handler']>}
 */
async function loadHandler(id, setting) {
  const dot = setting.handler.lastIndexOf('.');
  const [file, name] = [setting.handler.slice(0, dot), setting.handler.slice(dot + 1)];
  const path = ['.mjs', '.cjs', '.js']
    .map((ending) => join(setting.assetDir, file + ending))
    .find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error(`${setting.assetDir} has no ${file}.mjs, .cjs or .js`);
  const exported = isCommonJs(path) ? loadCommonJs(path) : await import(moduleUrl(id, path));
  const handler = exported[name];
  if (typeof handler !== 'function') throw new Error(`${path} exports no function ${name}`);
  return handler;
}

/**
 * Each instance has modules of its own: Node keeps a module, or its failure, for as long as the thread lives. The first keeps
 * the plain URL, under which compiled code is cached.
 *
 * @param {number} id
 * @param {string} path
 */
function moduleUrl(id, path) {
  const { href } = pathToFileURL(path);
  if (loaded.has(path)) return `${href}?instance=${id}`;
  loaded.add(path);
  return href;
}

/**
 * In Lambda a bundle stands alone: without its own package.json, `.js` is CommonJS.
 * @param {string} path
 */
function isCommonJs(path) {
  return path.endsWith('.js') && !existsSync(join(dirname(path), 'package.json'));
}

/**
 * Avoids `require()`, which would apply the package.json of the project around the assembly.
 * @param {string} path
 * @returns {Record<string, any>}
 */
function loadCommonJs(path) {
  const module = { exports: {} };
  const load = compileFunction(
    readFileSync(path, 'utf8'),
    ['exports', 'require', 'module', '__filename', '__dirname'],
    { filename: path, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER },
  );
  load(module.exports, createRequire(path), module, path, dirname(path));
  return module.exports;
}

/**
 * Returns a `process.env` that is the environment of the instance whose code runs. The events of an instance share it, except for
 * their trace.
 *
 * @param {Record<string, string | undefined>} outside what code of no instance sees
 */
function ownEnvironment(outside) {
  const env = () => {
    const running = current.getStore();
    return running === undefined ? outside : running.env;
  };
  /** @param {string | symbol} name */
  const tracing = (name) => (name === TRACE ? current.getStore() : undefined);
  return new Proxy(outside, {
    get: (_, name) => {
      if (typeof name !== 'string') return undefined;
      const running = tracing(name);
      return running === undefined ? env()[name] : running.trace;
    },
    has: (_, name) => (tracing(name)?.trace === undefined ? name in env() : true),
    set: (_, name, value) => {
      const running = tracing(name);
      return running === undefined
        ? Reflect.set(env(), name, String(value))
        : Reflect.set(running, 'trace', String(value));
    },
    deleteProperty: (_, name) => {
      const running = tracing(name);
      if (running !== undefined) running.trace = undefined;
      return Reflect.deleteProperty(env(), name);
    },
    ownKeys: () => [...Reflect.ownKeys(env()), ...(current.getStore()?.trace === undefined ? [] : [TRACE])],
    getOwnPropertyDescriptor: (_, name) => {
      const trace = tracing(name)?.trace;
      if (trace !== undefined) return { value: trace, writable: true, enumerable: true, configurable: true };
      const found = Reflect.getOwnPropertyDescriptor(env(), name);
      return found && { ...found, configurable: true };
    },
  });
}

/**
 * Sends what an instance writes to a stream to the log, with the instance that wrote it. Other output takes the way of the thread.
 *
 * @param {'stdout' | 'stderr'} stream
 */
function forwardOutput(stream) {
  const write = process[stream].write.bind(process[stream]);
  process[stream].write = (/** @type {any} */ chunk, /** @type {any[]} */ ...more) => {
    const id = current.getStore()?.id;
    if (id === undefined) return write(chunk, ...more);
    post({ kind: 'output', instance: id, stream, text: Buffer.from(chunk).toString() });
    more.find((callback) => typeof callback === 'function')?.();
    return true;
  };
}

/**
 * @param {unknown} error
 * @returns {InvocationError}
 */
function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}
