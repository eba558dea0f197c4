import { dirname, join } from 'node:path/posix';
import type { SiteFiles } from './build-site.ts';

/** Links and pictures of the site that lead to no file, or to no anchor in it, each as a sentence. */
export function brokenLinks(site: SiteFiles): readonly string[] {
  const pages = [...site].filter(([path]) => path.endsWith('.html'));
  const anchors = new Map(pages.map(([path, content]) => [path, anchorsOf(String(content))]));
  return pages.flatMap(([path, content]) =>
    linksOf(String(content))
      .filter((link) => !isFound({ path, link }, site, anchors))
      .map((link) => `${path}: ${link} leads nowhere`),
  );
}

function anchorsOf(page: string): ReadonlySet<string> {
  return new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id));
}

function linksOf(page: string): readonly string[] {
  const links = [...page.matchAll(/ (?:href|src)="([^"]*)"/g)].map(([, link = '']) => link);
  return [...new Set(links)].filter((link) => !/^[a-z]+:/.test(link));
}

interface PlacedLink {
  readonly path: string;
  readonly link: string;
}

function isFound(
  { path, link }: PlacedLink,
  site: SiteFiles,
  anchors: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  const [target = '', anchor] = link.split('#');
  const file = target === '' ? path : join(dirname(path), target);
  if (!site.has(file)) return false;
  return anchor === undefined || anchors.get(file)?.has(decodeURIComponent(anchor)) === true;
}
