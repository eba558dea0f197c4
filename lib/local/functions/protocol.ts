/** The settings that a worker thread receives at its start. */
export interface WorkerSetting {
  readonly assetDir: string;
  /** Handler such as `index.handler`: file name without extension, and exported name. */
  readonly handler: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
}

/** To the worker: one event. Payloads travel as JSON text, as in Lambda. */
export interface InvocationRequest {
  readonly requestId: string;
  /** The trace header of the chain that this invocation belongs to. */
  readonly traceHeader: string;
  readonly payload: string;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

/** From the worker: the bundle is loaded, the bundle failed to load, or the result of an event. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'init-error'; readonly error: InvocationError }
  | { readonly kind: 'success'; readonly payload: string }
  | { readonly kind: 'error'; readonly error: InvocationError };

/** An error as Lambda reports it. */
export interface InvocationError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}
