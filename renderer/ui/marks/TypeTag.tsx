const GLYPHS = {
  raw: <path d="M2 4h8M2 8h8" strokeWidth="1.8" />,
  schematized: (
    <>
      <rect x="1.7" y="1.7" width="8.6" height="8.6" rx="1" />
      <path d="M1.7 5h8.6M5 5v5.3" />
    </>
  ),
  aggregated: <path d="M2.4 10V7M6 10V4.6M9.6 10V2" strokeWidth="2" />,
  emergency: <path d="M6.8 1L2.6 6.8h3L5.2 11l4.2-5.8h-3z" fill="currentColor" strokeWidth="1" />,
  custom: <path d="M4.4 2L1.8 6l2.6 4M7.6 2l2.6 4-2.6 4" />,
} as const

/** Which of the five glyphs and colours a pipeline type has; every declared custom type shares the brackets. */
export function typeKind(type: string): keyof typeof GLYPHS {
  return type in GLYPHS ? (type as keyof typeof GLYPHS) : 'custom'
}

export function TypeGlyph({ type, size = 12 }: { readonly type: string; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 12 12"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.3"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {GLYPHS[typeKind(type)]}
    </svg>
  )
}

/** A pipeline type: glyph and word. Only emergency also colours its word. */
export function TypeTag({ type }: { readonly type: string }) {
  const kind = typeKind(type)
  return (
    <span className={`type type-${kind}${kind === 'emergency' ? ' em' : ''}`}>
      <TypeGlyph type={type} />
      {type}
    </span>
  )
}
