import { copyOnClick } from './copying.ts';
import { openDialogs } from './dialogs.ts';
import { followKeys } from './keys.ts';
import { loadPageScript } from './page-script.ts';
import { openPortal } from './portal.ts';
import { reloadWhileRunning } from './reloading.ts';
import { sendOnce } from './sending.ts';
import { keepTimesCurrent } from './times.ts';

/**
 * The script of every page. The pages work without it; it adds copying, dialogs, keys and times that stay current, and sends
 * no form twice. The stylesheet shows what needs a script only under the class `scripted`.
 */
document.documentElement.classList.add('scripted');
copyOnClick();
openDialogs();
followKeys();
sendOnce();
keepTimesCurrent();
openPortal();
loadPageScript();
reloadWhileRunning();
