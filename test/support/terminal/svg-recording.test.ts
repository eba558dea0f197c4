import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../synthesized.ts';
import { createScreen } from './screen.ts';
import { svgOf } from './svg-recording.ts';

const SIZE = { columns: 20, rows: 2 };

function frameOf(text: string, atMs: number) {
  const screen = createScreen(SIZE);
  screen.write(text);
  return { atMs, cells: screen.cells() };
}

describe('a recording as SVG', () => {
  const frames = [frameOf('one', 0), frameOf('one\n\u001b[31m<two>\u001b[39m', 60_000)];
  const svg = svgOf({ frames, size: SIZE, title: 'a & b' });

  it('draws each row once, in its colour, and shows it in each frame', () => {
    expect(svg.match(/>one</g)).toHaveLength(1);
    expect(svg.match(/href="#r0"/g)).toHaveLength(2);
    expect(svg).toContain('class="r">&lt;two></tspan>');
    expect(svg).toContain('<title>a &amp; b</title>');
  });

  it('shortens a long pause, and shows the last frame where no motion is wanted', () => {
    expect(svg).toContain('animation:film 7.8s step-end infinite;transform:translateY(-36px)');
    expect(svg).toContain('@media (prefers-reduced-motion:reduce)');
  });
});

it.each(['demo', 'listen'])('docs/images/%s.svg is small, and needs nothing from elsewhere', (name) => {
  const svg = readFileSync(join(ROOT, `docs/images/${name}.svg`), 'utf8');
  expect(svg.length).toBeLessThan(150 * 1_024);
  // A picture with a control character is no XML, and browsers show none of it.
  expect(svg).not.toMatch(/[^\P{Cc}\n]/u);
  expect(svg).not.toMatch(/<script|@import|@font-face|url\(|whsec_[A-Za-z0-9+/]{20}|tk_/);
  expect(svg).not.toMatch(/(?:href|src)="(?!#)/);
});

it('a screen takes a command that comes in pieces', () => {
  const screen = createScreen(SIZE);
  for (const piece of ['\u001B', '[3', '1mred', '\u001B[', '39m', ' plain']) screen.write(piece);
  expect(screen.rows()).toEqual(['red plain']);
  expect(screen.cells()[0]?.map(({ style }) => style)).toEqual(['31', '31', '31', '', '', '', '', '', '']);
});
