import { LinkButton } from '../../../lib/console/view/controls/button.tsx';
import { ErrorMessage } from '../../../lib/console/view/page/error-page.tsx';
import { LogInForm, PortalForm } from '../../../lib/console/view/page/log-in-form.tsx';
import { PlainPage } from '../../../lib/console/view/page/plain-page.tsx';
import type { Scene } from './frames.tsx';

const PREFERENCES = { action: '/console/preferences', here: '/console/log-in' };

export function LogInScene(scene: Scene) {
  const { ui } = scene;
  return (
    <PlainPage {...scene} nonce="made-up" title={ui.text.logIn.title} preferences={PREFERENCES}>
      <LogInForm ui={ui} action="#" error={ui.text.errors.forbidden.title} />
    </PlainPage>
  );
}

export function PortalScene(scene: Scene) {
  const { ui } = scene;
  return (
    <PlainPage {...scene} nonce="made-up" title={ui.text.logIn.portalTitle} preferences={PREFERENCES}>
      <PortalForm ui={ui} action="#" />
    </PlainPage>
  );
}

export function ErrorScene(scene: Scene) {
  const { ui } = scene;
  return (
    <PlainPage {...scene} nonce="made-up" title={ui.text.errors.link_used.title}>
      <ErrorMessage
        ui={ui}
        kind="link_used"
        status={410}
        code="portal_link_used"
        requestId="a5f1c2d3"
        homeHref="#"
        actions={<LinkButton href="#">{ui.text.errors.logIn}</LinkButton>}
      />
    </PlainPage>
  );
}
