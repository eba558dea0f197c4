/** Seals secrets for the table. `context` is bound to the sealed text, which opens only with the same context. */
export interface Seal {
  seal(secret: string, context: string): Promise<string>;
  open(sealed: string, context: string): Promise<string>;
}
