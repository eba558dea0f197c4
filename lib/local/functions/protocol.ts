/** The settings of one instance of a function. */
export interface InstanceSetting {
  readonly assetDir: string;
  /** Handler such as `index.handler`: file name without extension, and exported name. */
  readonly handler: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string>>;
}

/** What a thread receives at its start, as `workerData`. */
export interface HostSetting {
  /** Directory of V8's compile cache. */
  readonly compileCache: string;
  /**
   * Two 64-bit floats that the thread writes: for how many ms requests to others than the cloud were under way, and since when one
   * is, in ms since 1970 (0: none is).
   */
  readonly outside: SharedArrayBuffer;
}

/** One event. Payloads travel as JSON text, as in Lambda. */
export interface InvocationRequest {
  readonly requestId: string;
  /** The trace header of the chain that this invocation belongs to. */
  readonly traceHeader: string;
  readonly payload: string;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

/** To the thread. `instance` is a number that the sender chooses. */
export type HostRequest =
  | { readonly kind: 'load'; readonly instance: number; readonly setting: InstanceSetting }
  | { readonly kind: 'invoke'; readonly instance: number; readonly request: InvocationRequest }
  | { readonly kind: 'unload'; readonly instance: number };

/** From an instance: its bundle is loaded, failed to load, or the result of an event. */
export type InstanceMessage =
  | { readonly kind: 'ready'; readonly instance: number }
  | { readonly kind: 'init-error'; readonly instance: number; readonly error: InvocationError }
  | { readonly kind: 'success'; readonly instance: number; readonly payload: string }
  | { readonly kind: 'error'; readonly instance: number; readonly error: InvocationError };

/** From the thread. */
export type HostMessage =
  | InstanceMessage
  | {
      readonly kind: 'output';
      readonly instance: number;
      readonly stream: 'stdout' | 'stderr';
      readonly text: string;
    };

/** An error as Lambda reports it. */
export interface InvocationError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}
