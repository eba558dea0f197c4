/** One line of what happens in the local cloud. */
export interface LocalLogLine {
  /** Logical id of the function or resource that it concerns, or `cloud`; `dynamodb` is its emulator. */
  readonly source: string;
  /** `stdout` and `stderr` are a function's own lines, unchanged; `event` is the cloud speaking. */
  readonly stream: 'stdout' | 'stderr' | 'event';
  readonly line: string;
}

export type Log = (line: LocalLogLine) => void;

/** Splits a stream's chunks into lines; what is left without a line feed is a line when the stream ends. */
export function forwardLines(readable: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = '';
  readable.setEncoding('utf8');
  readable.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  readable.on('end', () => {
    if (rest !== '') onLine(rest);
  });
}
