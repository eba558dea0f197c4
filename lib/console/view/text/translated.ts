/**
 * The type of a catalogue of messages: the keys of the English one, each with a text or with a function of the same
 * arguments. A language that lacks a key, or has one too many, does not compile.
 *
 * @example
 * const english = { title: 'Keys', left: (days: number) => `${days} days left` };
 * const chinese: Translated<typeof english> = { title: '密钥', left: (days) => `还有 ${days} 天` };
 */
export type Translated<Messages> = {
  readonly [Key in keyof Messages]: Messages[Key] extends string
    ? string
    : Messages[Key] extends (...values: infer Values) => string
      ? (...values: Values) => string
      : Translated<Messages[Key]>;
};

/** The console's languages, as in the attribute `lang` of HTML. */
export const LANGUAGES = ['en', 'zh-CN'] as const;
export type Language = (typeof LANGUAGES)[number];
