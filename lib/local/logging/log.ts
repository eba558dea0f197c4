/** One log line of the local cloud. */
export interface LocalLogLine {
  /** Logical id of the function or resource, or `cloud`; `dynamodb` is the emulator; `iam` says who may not do what. */
  readonly source: string;
  /** `stdout` and `stderr` are a function's own output, unchanged; `event` is a message of the cloud. */
  readonly stream: 'stdout' | 'stderr' | 'event';
  readonly line: string;
}

/** Receives the log lines of the local cloud. */
export type Log = (line: LocalLogLine) => void;

/** Takes text in pieces. */
export interface LineSplitter {
  add(text: string): void;
  /** Emits a last line that has no line feed. */
  end(): void;
}

/** Splits text that arrives in pieces into lines. */
export function lineSplitter(onLine: (line: string) => void): LineSplitter {
  let rest = '';
  return {
    add: (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    },
    end: () => {
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}

/** Splits a stream's chunks into lines. A last line without a line feed is emitted when the stream ends. */
export function forwardLines(readable: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  const { add, end } = lineSplitter(onLine);
  readable.setEncoding('utf8');
  readable.on('data', add);
  readable.on('end', end);
}
