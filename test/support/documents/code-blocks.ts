/** A fenced block of a document. */
export interface DocumentBlock {
  /** As it is written after the fence: `sh`, `js`, … Empty if nothing is. */
  readonly language: string;
  readonly code: string;
  /** Of its first line of code, for messages. */
  readonly line: number;
}

/** The fenced blocks of a document, also those within lists, without the indent of their fence. */
export function blocksOf(text: string): readonly DocumentBlock[] {
  return [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^ *```$/gm)].map((match) => {
    const [, indent = '', language = '', code = ''] = match;
    const line = text.slice(0, match.index).split('\n').length + 1;
    return { language, code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''), line };
  });
}
