import type { Child } from 'hono/jsx';
import type { Assets, Theme } from '../../../lib/console/view/page/document.tsx';
import type { Flash } from '../../../lib/console/view/page/flash.tsx';
import {
  type MerchantPage,
  merchantNavigation,
  type OperatorPage,
  operatorNavigation,
} from '../../../lib/console/view/page/navigation.tsx';
import { Shell } from '../../../lib/console/view/page/shell.tsx';
import type { Ui } from '../../../lib/console/view/ui.ts';

/** What a page of the catalogue is drawn with. */
export interface Scene {
  readonly ui: Ui;
  readonly assets: Assets;
  readonly theme: Theme;
  readonly nonce: string;
}

const ACCOUNT = {
  csrf: 'made-up-token',
  logOutAction: '/console/log-out',
  preferencesAction: '/console/preferences',
  here: '/console',
} as const;

interface FramedProps {
  readonly scene: Scene;
  readonly title: string;
  readonly children: Child;
  readonly flashes?: readonly Flash[];
}

export interface OperatorFrameProps extends FramedProps {
  readonly current: OperatorPage;
}

export function OperatorFrame({ scene, current, ...props }: OperatorFrameProps) {
  return (
    <Shell
      {...scene}
      nonce="made-up"
      {...props}
      account={{ ...ACCOUNT, kind: 'operator', keyId: 'key_admin1' }}
      homeHref="#"
      isLocal
      navigation={operatorNavigation({
        ui: scene.ui,
        current,
        hrefOf: (page) => `#${page}`,
        counts: { unresolved: 3, deadLetters: 0, parked: 1 },
      })}
      search={{ action: '#', label: scene.ui.text.shell.search }}
    />
  );
}

export interface MerchantFrameProps extends FramedProps {
  readonly current: MerchantPage;
  readonly name: string;
}

export function MerchantFrame({ scene, current, name, ...props }: MerchantFrameProps) {
  return (
    <Shell
      {...scene}
      nonce="made-up"
      {...props}
      account={{ ...ACCOUNT, kind: 'operator', keyId: 'key_admin1' }}
      homeHref="#"
      merchant={{ name, id: 'acme-pay', backHref: '#' }}
      navigation={merchantNavigation({ ui: scene.ui, current, hrefOf: (page) => `#${page}` })}
      search={{ action: '#', label: scene.ui.text.shell.search }}
    />
  );
}
