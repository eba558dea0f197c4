import { CopyButton } from '../controls/copy-button.tsx';
import type { Ui } from '../ui.ts';
import { type CodeLanguage, highlighted } from './highlight.tsx';

export interface CodeBlockProps {
  readonly ui: Ui;
  readonly code: string;
  readonly language?: CodeLanguage;
  /** What it is: `Request body`. */
  readonly title: string;
  /** The title is only read aloud: something above the block says it already. */
  readonly isTitleHidden?: boolean;
}

/** Code with a copy button. The copied text is exactly `code`; what is shown makes invisible characters visible. */
export function CodeBlock({ ui, code, language = 'text', title, isTitleHidden = false }: CodeBlockProps) {
  return (
    <figure class="code-block">
      <figcaption class={isTitleHidden ? 'unseen' : undefined}>{title}</figcaption>
      <CopyButton ui={ui} value={code} of={title} />
      <pre tabindex={0}>
        <code>{highlighted(code, language)}</code>
      </pre>
    </figure>
  );
}

export interface CodeTab {
  readonly label: string;
  readonly code: string;
  readonly language: CodeLanguage;
}

export interface CodeTabsProps {
  readonly ui: Ui;
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** At most six. */
  readonly tabs: readonly CodeTab[];
}

/** The same in several languages. Radio buttons choose, so that it works without script. */
export function CodeTabs({ ui, id, title, tabs }: CodeTabsProps) {
  return (
    <fieldset class="code-tabs">
      <legend>{title}</legend>
      <div class="tabs">
        {tabs.map(({ label }, index) => (
          <label>
            <input type="radio" name={id} checked={index === 0} />
            {label}
          </label>
        ))}
      </div>
      {tabs.map(({ label, code, language }) => (
        <CodeBlock ui={ui} code={code} language={language} title={`${title}: ${label}`} isTitleHidden />
      ))}
    </fieldset>
  );
}
