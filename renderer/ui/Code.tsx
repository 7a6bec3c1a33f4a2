/** Lines before and after, as a diff; `same` lines give the context. */
export function Diff({
  lines,
}: {
  readonly lines: readonly { readonly kind: 'del' | 'add' | 'same'; readonly text: string }[]
}) {
  return (
    <div className="diff">
      {lines.map(({ kind, text }) => (
        <div key={`${kind}${text}`} className={kind}>
          {kind === 'del' ? '- ' : kind === 'add' ? '+ ' : '  '}
          {text}
        </div>
      ))}
    </div>
  )
}

/** Text one would paste. */
export function CodeBlock({ text }: { readonly text: string }) {
  return <pre className="code">{text}</pre>
}
