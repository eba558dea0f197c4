/** Line icons for navigation and buttons. They are decoration: each stands beside a text, or in a labelled button. */
const PATHS = {
  overview: 'M2.5 2.5h4.5v6h-4.5zM9 2.5h4.5v3.5H9zM9 8.5h4.5v5H9zM2.5 11h4.5v2.5h-4.5z',
  merchants:
    'M2.5 6.5 3.5 2.5h9l1 4M2.5 6.5a1.8 1.8 0 0 0 3.6 0 1.9 1.9 0 0 0 3.8 0 1.8 1.8 0 0 0 3.6 0M3.5 8.5v5h9v-5M6.5 13.5v-3h3v3',
  deliveries: 'M14 2 7 9M14 2l-4.5 12L7 9 2 6.5z',
  unresolved: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M6.3 6.3a1.8 1.8 0 1 1 2.5 1.8c-.5.2-.8.5-.8 1M8 11.2v.1',
  deadLetters: 'M2 9.5h3.5l1 1.5h3l1-1.5H14M2 9.5v4h12v-4L11.8 4M2 9.5 4.2 4M6.2 2.2l3.6 3.6M9.8 2.2 6.2 5.8',
  parked: 'M2.5 3h11v3h-11zM3.5 6v7.5h9V6M6.5 9h3',
  jobs: 'M2.5 4h8M2.5 8h11M2.5 12h5M13 2.5v3M11.5 4h3',
  auditLog: 'M3.5 2h6l3 3v9h-9zM9.5 2v3h3M5.8 8h4.4M5.8 10.8h4.4',
  endpoints: 'M6.8 9.2 9.2 6.8M7 5l2-2a2.8 2.8 0 0 1 4 4l-2 2M9 11l-2 2a2.8 2.8 0 0 1-4-4l2-2',
  reconciliation: 'M2.5 3.5h11v10h-11zM2.5 6.5h11M5.5 2v2.5M10.5 2v2.5M5.8 10l1.6 1.6 2.8-3',
  statements: 'M3.5 2h9v12l-2-1.2L8.2 14 6 12.8 3.5 14zM6 5.5h4M6 8.3h4',
  catalogue:
    'M8 3.5C6.5 2.5 4.5 2.3 2.5 2.5v10.3c2-.2 4 0 5.5 1M8 3.5c1.5-1 3.5-1.2 5.5-1v10.3c-2-.2-4 0-5.5 1M8 3.5v10.3',
  keys: 'M10.3 9.2a3.5 3.5 0 1 0-3.5-3.5c0 .4.1.8.2 1.2L2 11.9V14h2.5v-1.5H6V11h1.3l1.8-1.9c.4.1.8.1 1.2.1M11 5v.1',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9M10.4 10.4 14 14',
  copy: 'M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1',
  done: 'M3 8.5 6.5 12 13 4.5',
  close: 'M4 4l8 8M12 4l-8 8',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  theme: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 2v12M10 2.4v11.2M12 3.6v8.8',
  language:
    'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M2 8h12M8 2c2 2 2.5 4 2.5 6S10 12 8 14M8 2C6 4 5.5 6 5.5 8s.5 4 2.5 6',
  account: 'M8 8a2.8 2.8 0 1 0 0-5.6A2.8 2.8 0 0 0 8 8M2.8 13.8c.5-2.5 2.6-3.8 5.2-3.8s4.7 1.3 5.2 3.8',
  next: 'M6 3.5 10.5 8 6 12.5',
  previous: 'M10 3.5 5.5 8 10 12.5',
  down: 'M3.5 6 8 10.5 12.5 6',
  external: 'M9.5 2.5h4v4M13.5 2.5 7.5 8.5M6.5 3.5h-4v10h10v-4',
  download: 'M8 2.5v8M4.5 7.5 8 11l3.5-3.5M2.5 13.5h11',
  alerts: 'M8 2a4 4 0 0 1 4 4v3l1.5 2.5h-11L4 9V6a4 4 0 0 1 4-4M6.5 13.5h3',
  replay: 'M2.8 5.6A6 6 0 1 1 2 8.4M2.4 2.2v3.6H6',
  keyboard: 'M1.5 4h13v8h-13zM4 6.5h.1M6.6 6.5h.1M9.3 6.5h.1M12 6.5h.1M4.5 9.5h7',
  logOut: 'M6 2.5H2.5v11H6M10.5 5l3 3-3 3M13.5 8H6',
  filter: 'M2.5 4h11M4.5 8h7M6.5 12h3',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 7.3v3.5M8 5.1v.1',
  test: 'M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z',
} as const;

export type IconName = keyof typeof PATHS;

export interface IconProps {
  readonly name: IconName;
}

export function Icon({ name }: IconProps) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
