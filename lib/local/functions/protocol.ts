/** What a worker thread is told when it starts. */
export interface WorkerSetting {
  readonly assetDir: string;
  /** `index.handler`: file without ending, and exported name. */
  readonly handler: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
}

/** To the worker: one event. Payloads travel as JSON text, as they do in Lambda. */
export interface InvocationRequest {
  readonly requestId: string;
  readonly payload: string;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

/** From the worker: that it has loaded the bundle, or could not, or the result of an event. */
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
