import type { ReactNode } from 'react'

/** The icon set: 16-px grid, 1.4 stroke, round joins. Each entry is what goes inside the svg. */
export const ICONS = {
  fleet: (
    <>
      <rect x="2" y="3" width="12" height="3.4" rx="1" />
      <rect x="2" y="9.6" width="12" height="3.4" rx="1" />
      <path d="M4.6 4.7h.1M4.6 11.3h.1M8 4.7h3.6M8 11.3h3.6" />
    </>
  ),
  pipelines: (
    <>
      <path d="M1.8 5h4.4c2.6 0 2.2 6 4.8 6h3.2M1.8 11h3M11 5h3.2" />
    </>
  ),
  buckets: (
    <>
      <path d="M2.6 4.2l1.1 8.3c.1.6.6 1 1.2 1h6.2c.6 0 1.1-.4 1.2-1l1.1-8.3" />
      <ellipse cx="8" cy="4" rx="5.4" ry="1.7" />
    </>
  ),
  proof: (
    <>
      <path d="M2.2 8.4l2.6 2.6 4.8-5.8" />
      <path d="M7.4 11l.6.4 5.8-6.6" />
    </>
  ),
  activity: (
    <>
      <path d="M1.8 8.4h2.6l2-5 3 9.2 1.8-4.2h3" />
    </>
  ),
  simulator: (
    <>
      <path d="M1.8 8c1.6-5.4 3.2-5.4 4.8-1.2S9.8 12 11.4 9s1.8-3.4 2.8-3.6" />
      <path d="M1.8 13.6h12.4" />
    </>
  ),
  settings: (
    <>
      <path d="M2 4.6h6.4M12 4.6h2M2 11.4h2M7.6 11.4H14" />
      <circle cx="10.2" cy="4.6" r="1.7" />
      <circle cx="5.8" cy="11.4" r="1.7" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.4" />
      <path d="M10.3 10.3L14 14" />
    </>
  ),
  plus: (
    <>
      <path d="M8 3v10M3 8h10" />
    </>
  ),
  x: (
    <>
      <path d="M4 4l8 8M12 4l-8 8" />
    </>
  ),
  check: (
    <>
      <path d="M3 8.6l3.2 3.2L13 4.6" />
    </>
  ),
  minus: (
    <>
      <path d="M3.5 8h9" />
    </>
  ),
  down: (
    <>
      <path d="M4 6.2L8 10l4-3.8" />
    </>
  ),
  right: (
    <>
      <path d="M6.2 4L10 8l-3.8 4" />
    </>
  ),
  up: (
    <>
      <path d="M4 9.8L8 6l4 3.8" />
    </>
  ),
  left: (
    <>
      <path d="M9.8 4L6 8l3.8 4" />
    </>
  ),
  arrow: (
    <>
      <path d="M2.5 8h10.5M9.6 4.6L13 8l-3.4 3.4" />
    </>
  ),
  play: (
    <>
      <path d="M5 3.2l8 4.8-8 4.8z" />
    </>
  ),
  pause: (
    <>
      <path d="M5.5 3.5v9M10.5 3.5v9" />
    </>
  ),
  reset: (
    <>
      <path d="M3.2 8a4.8 4.8 0 1 0 1.6-3.6" />
      <path d="M2.8 2.6v2.6h2.6" />
    </>
  ),
  step: (
    <>
      <path d="M3.5 3.5L10 8l-6.5 4.5zM12.5 3.5v9" />
    </>
  ),
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2" />
    </>
  ),
  download: (
    <>
      <path d="M8 2.5v7.5M4.8 7L8 10.2 11.2 7M2.8 13.2h10.4" />
    </>
  ),
  link: (
    <>
      <path d="M6.8 9.2l2.4-2.4M7.4 4.6l1.2-1.2a2.8 2.8 0 0 1 4 4l-1.2 1.2M8.6 11.4l-1.2 1.2a2.8 2.8 0 0 1-4-4l1.2-1.2" />
    </>
  ),
  cut: (
    <>
      <path d="M2 8h3.8M10.2 8H14M6.6 4.8l2.8 6.4" />
    </>
  ),
  power: (
    <>
      <path d="M8 2.2v5" />
      <path d="M4.8 4.4a5 5 0 1 0 6.4 0" />
    </>
  ),
  clock: (
    <>
      <circle cx="8" cy="8" r="5.6" />
      <path d="M8 4.8V8l2.2 1.6" />
    </>
  ),
  disk: (
    <>
      <rect x="2.4" y="3" width="11.2" height="10" rx="1.5" />
      <path d="M2.4 9.6h11.2M10.8 11.4h.6" />
    </>
  ),
  key: (
    <>
      <circle cx="5.4" cy="10.6" r="2.8" />
      <path d="M7.5 8.5l5.3-5.3M10.6 5.4l2 2" />
    </>
  ),
  slow: (
    <>
      <path d="M2.2 11.6a6 6 0 1 1 11.6 0" />
      <path d="M8 11l-2.6-3.2" />
    </>
  ),
  warn: (
    <>
      <path d="M8 2.6l6 10.6H2z" />
      <path d="M8 6.8v2.8M8 11.4v.1" />
    </>
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="5.6" />
      <path d="M8 7.4v3.4M8 5.2v.1" />
    </>
  ),
  dots: (
    <>
      <path d="M3.5 8h.1M8 8h.1M12.5 8h.1" strokeWidth="2" />
    </>
  ),
  filter: (
    <>
      <path d="M2.4 4h11.2M4.6 8h6.8M6.8 12h2.4" />
    </>
  ),
  columns: (
    <>
      <rect x="2.4" y="3" width="11.2" height="10" rx="1.5" />
      <path d="M6.2 3v10M9.9 3v10" />
    </>
  ),
  map: (
    <>
      <path d="M2.4 4.4l3.7-1.6 3.8 1.6 3.7-1.6v8.8l-3.7 1.6-3.8-1.6-3.7 1.6zM6.1 2.8v8.8M9.9 4.4v8.8" />
    </>
  ),
  pin: (
    <>
      <path d="M8 14s4.2-4.2 4.2-7.4a4.2 4.2 0 0 0-8.4 0C3.8 9.8 8 14 8 14z" />
      <circle cx="8" cy="6.6" r="1.4" />
    </>
  ),
  db: (
    <>
      <ellipse cx="8" cy="4" rx="5" ry="1.9" />
      <path d="M3 4v8c0 1 2.2 1.9 5 1.9s5-.9 5-1.9V4M3 8c0 1 2.2 1.9 5 1.9S13 9 13 8" />
    </>
  ),
  folder: (
    <>
      <path d="M2.2 12V4.2c0-.5.4-.9.9-.9h3.2l1.4 1.7h5.2c.5 0 .9.4.9.9V12c0 .5-.4.9-.9.9H3.1c-.5 0-.9-.4-.9-.9z" />
    </>
  ),
  object: (
    <>
      <path d="M3.6 2.6h5.6l3.2 3.2v7.6H3.6z" />
      <path d="M9.2 2.6v3.2h3.2M5.8 8.6h4.4M5.8 10.8h4.4" />
    </>
  ),
  claim: (
    <>
      <path d="M4 2.5v11M4 3h7.5l-1.8 2.8 1.8 2.8H4" />
    </>
  ),
  row: (
    <>
      <rect x="2" y="6" width="12" height="4" rx="1" />
      <path d="M6 6v4M10 6v4" />
    </>
  ),
  lock: (
    <>
      <rect x="3.4" y="7" width="9.2" height="6.4" rx="1.4" />
      <path d="M5.4 7V5.4a2.6 2.6 0 0 1 5.2 0V7" />
    </>
  ),
  undo: (
    <>
      <path d="M3 6.4h6.6a3.4 3.4 0 0 1 0 6.8H6M5.8 3.6L3 6.4l2.8 2.8" />
    </>
  ),
  retry: (
    <>
      <path d="M13 8a5 5 0 1 1-1.6-3.7M13.2 2.6v2.8h-2.8" />
    </>
  ),
  doctor: (
    <>
      <path d="M8 2.4v11.2M2.4 8h11.2" />
      <rect x="2.4" y="2.4" width="11.2" height="11.2" rx="2.5" />
    </>
  ),
  sun: (
    <>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.6v1.2M8 13.2v1.2M1.6 8h1.2M13.2 8h1.2M3.5 3.5l.8.8M11.7 11.7l.8.8M12.5 3.5l-.8.8M4.3 11.7l-.8.8" />
    </>
  ),
  shield: (
    <>
      <path d="M8 2.2l5 1.8v3.8c0 3-2.1 5-5 6-2.9-1-5-3-5-6V4z" />
    </>
  ),
  doc: (
    <>
      <path d="M4 2.6h8v10.8H4zM6 5.6h4M6 8h4M6 10.4h2.6" />
    </>
  ),
  rule: (
    <>
      <path d="M2 12.5h3.2l0-6h5.6l0-3H14" />
      <path d="M2 9.5h12" strokeDasharray="1.5 2" />
    </>
  ),
  bell: (
    <>
      <path d="M4 11V7a4 4 0 0 1 8 0v4l1 1.4H3zM6.8 14h2.4" />
    </>
  ),
  mule: (
    <>
      <rect x="2.6" y="3.6" width="10.8" height="7" rx="1" />
      <path d="M1.6 12.8h12.8" />
    </>
  ),
  external: (
    <>
      <path d="M9 3h4v4M13 3L7.6 8.4M11.5 9.5V13H3V4.5h3.5" />
    </>
  ),
  min: (
    <>
      <path d="M3.5 8.5h9" />
    </>
  ),
  max: (
    <>
      <rect x="3.5" y="3.5" width="9" height="9" rx=".5" />
    </>
  ),
} as const satisfies Record<string, ReactNode>

export type IconName = keyof typeof ICONS
