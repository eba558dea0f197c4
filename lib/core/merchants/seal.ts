/** Seals secrets for the table. `context` is bound to the sealed text: it opens with the same one only. */
export interface Seal {
  seal(secret: string, context: string): Promise<string>;
  open(sealed: string, context: string): Promise<string>;
}
