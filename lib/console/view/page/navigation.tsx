import { Icon, type IconName } from '../data/icon.tsx';
import type { Ui } from '../ui.ts';

interface NavigationItem {
  readonly label: string;
  readonly href: string;
  readonly icon: IconName;
  readonly isCurrent: boolean;
  /** How many need attention; nothing is shown for 0. */
  readonly count?: number;
}

export interface NavigationSection {
  readonly label?: string;
  readonly items: readonly NavigationItem[];
}

export interface NavigationProps {
  readonly ui: Ui;
  readonly sections: readonly NavigationSection[];
}

export function Navigation({ ui, sections }: NavigationProps) {
  return (
    <div class="navigation">
      {sections.map(({ label, items }) => (
        <div class="navigation-section">
          {label && <p class="navigation-label">{label}</p>}
          <ul>
            {items.map((item) => (
              <li>
                <a href={item.href} aria-current={item.isCurrent ? 'page' : undefined}>
                  <Icon name={item.icon} />
                  {item.label}
                  {item.count !== undefined && item.count > 0 && (
                    <span class="count">{ui.format.number(item.count)}</span>
                  )}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}

const OPERATOR_PAGES = ['overview', 'merchants'] as const;
const ATTENTION_PAGES = ['unresolved', 'deadLetters', 'parked'] as const;
const HISTORY_PAGES = ['jobs', 'auditLog'] as const;
const MERCHANT_PAGES = ['deliveries', 'endpoints', 'reconciliation', 'statements', 'jobs'] as const;
const DEVELOP_PAGES = ['catalogue', 'alerts', 'keys'] as const;

export type OperatorPage = (typeof OPERATOR_PAGES | typeof ATTENTION_PAGES | typeof HISTORY_PAGES)[number];
export type MerchantPage = (typeof MERCHANT_PAGES | typeof DEVELOP_PAGES)[number];

export interface NavigationOptions<Page extends string> {
  readonly ui: Ui;
  readonly hrefOf: (page: Page) => string;
  /** The page that is shown, or the one that it belongs to. */
  readonly current: Page | undefined;
  /** Pages that are not there yet are left out. Default: all are there. */
  readonly has?: (page: Page) => boolean;
  readonly counts?: Readonly<Partial<Record<Page, number>>>;
}

/** The operator's pages. */
export function operatorNavigation(options: NavigationOptions<OperatorPage>): readonly NavigationSection[] {
  const { navigation } = options.ui.text;
  return [
    section(options, OPERATOR_PAGES),
    section(options, ATTENTION_PAGES, navigation.attention),
    section(options, HISTORY_PAGES, navigation.operate),
  ];
}

/** The pages of one merchant, for the merchant and for an operator who looks at it. */
export function merchantNavigation(options: NavigationOptions<MerchantPage>): readonly NavigationSection[] {
  return [
    section(options, MERCHANT_PAGES),
    section(options, DEVELOP_PAGES, options.ui.text.navigation.develop),
  ];
}

function section<Page extends OperatorPage | MerchantPage>(
  { ui, hrefOf, current, has = () => true, counts }: NavigationOptions<Page>,
  pages: readonly Page[],
  label?: string,
): NavigationSection {
  const items = pages.filter(has).map((page) => {
    const count = counts?.[page];
    return {
      label: ui.text.navigation[page],
      href: hrefOf(page),
      icon: page,
      isCurrent: page === current,
      ...(count !== undefined && { count }),
    };
  });
  return { ...(label !== undefined && items.length > 0 && { label }), items };
}
