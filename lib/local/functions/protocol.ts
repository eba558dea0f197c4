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

/** A request to the thread that it answers. `instance` is a number that the sender chooses. */
export type HostCall =
  | { readonly kind: 'load'; readonly instance: number; readonly setting: InstanceSetting }
  | { readonly kind: 'invoke'; readonly instance: number; readonly request: InvocationRequest }
  /** Shows that the thread's event loop runs. */
  | { readonly kind: 'ping' };

/** To the thread. Answers name the number of their call: several events may be under way at once. */
export type HostRequest =
  | (HostCall & { readonly call: number })
  | { readonly kind: 'unload'; readonly instance: number }
  | { readonly kind: 'give-back-memory' };

/** From the thread: how a call ended, or what an instance wrote. */
export type HostMessage =
  | { readonly kind: 'success'; readonly call: number; readonly payload: string }
  | { readonly kind: 'error'; readonly call: number; readonly error: InvocationError }
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
