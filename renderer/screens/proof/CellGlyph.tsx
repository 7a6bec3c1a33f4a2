import type { CellKind } from './proofModel.ts'

const BOX = <rect className="c" x="1" y="1" width="22" height="16" rx="2" />
const TICK = <path className="k" d="M8 9.2l2.8 2.8L16 6.5" />

const GLYPHS: Readonly<Record<CellKind, React.ReactNode>> = {
  ok: (
    <>
      {BOX}
      {TICK}
    </>
  ),
  live: (
    <>
      {BOX}
      {TICK}
      <path className="e" d="M22.5 2v14" />
    </>
  ),
  wait: (
    <>
      <rect className="w" x="1.5" y="1.5" width="21" height="15" rx="2" />
      <path className="wk" d="M12 5v4l2.5 1.6" />
    </>
  ),
  quarantine: (
    <>
      {BOX}
      <path className="k" d="M5.5 9.6l2.8 2.8 4.6-4.8" />
      <path className="q" d="M18.8.8L23 8.4h-8.4z" />
    </>
  ),
  epochs: (
    <>
      <rect className="c" x="1" y="1" width="10" height="16" rx="2" />
      <rect className="c" x="13" y="1" width="10" height="16" rx="2" />
      <path className="k" d="M3.5 9.2L5.3 11l3.2-4M15.5 9.2l1.8 1.8 3.2-4" />
    </>
  ),
  none: <path className="n" d="M9 9h6" />,
  bad: <rect className="b" x="1" y="1" width="22" height="16" rx="2" />,
}

/** The mark of one day: its shape says it, its colour repeats it; a difference shows its count. */
export function CellGlyph({ kind, count }: { readonly kind: CellKind; readonly count?: number }) {
  return (
    <svg className="pf-glyph" viewBox="0 0 24 18" aria-hidden="true">
      {GLYPHS[kind]}
      {kind === 'bad' && (
        <text className="bt" x="12" y="12.5" textAnchor="middle">
          {count === undefined ? '!' : count > 999 ? '1k+' : count}
        </text>
      )}
    </svg>
  )
}
