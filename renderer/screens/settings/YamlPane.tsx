import { Fragment } from 'react'
import { useSettings } from '../../stores/settings.ts'
import { messages } from '../../text/messages.ts'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { formatNoun } from '../../ui/format.ts'
import { SidePane } from '../../ui/SidePane.tsx'
import { Badge, ErrorState, Skeleton } from '../../ui/states.tsx'

const words = messages.settings.yaml

/** The configuration file as it would be, changed lines tinted. Secrets are hidden before they get here. */
export function YamlPane() {
  const { view, preview, changes, load } = useSettings()
  const count = Object.keys(changes).length
  const yaml = preview?.yaml ?? view?.yaml ?? ''
  const changed = new Set(preview?.changedLines)
  const name = view?.file?.split(/[\\/]/).at(-1) ?? words.none
  return (
    <SidePane className="st-yaml" label={words.label}>
      <div className="st-head">
        <h2 className="h2 ell" title={view?.file}>
          {name}
        </h2>
        {count > 0 && <Badge>{formatNoun(count, 'change')}</Badge>}
        <span className="grow" />
        <CopyButton text={yaml} />
      </div>
      {view === undefined && load.phase === 'failed' && <ErrorState error={load.error} />}
      {view === undefined && load.phase === 'loading' && <Skeleton />}
      {view !== undefined && (
        <pre className="code yaml" tabIndex={0} role="region" aria-label={name}>
          {(yaml === '' ? words.empty : yaml).split('\n').map((line, index) => (
            // Lines have no identity but their place.
            // oxlint-disable-next-line react/no-array-index-key
            <Fragment key={index}>
              <span className={changed.has(index + 1) ? 'line changed' : 'line'}>{colour(line)}</span>
            </Fragment>
          ))}
        </pre>
      )}
    </SidePane>
  )
}

/** Key, value and comment of one line of YAML in their colours. */
function colour(line: string) {
  const match = /^(\s*(?:- )?)([\w.-]+)(:)(\s*)(.*?)(\s*#.*)?$/.exec(line)
  if (match === null) {
    const comment = /^(.*?)(#.*)$/.exec(line)
    if (comment === null) return <span className="s">{line === '' ? ' ' : line}</span>
    return (
      <>
        <span className="s">{comment[1]}</span>
        <span className="cm">{comment[2]}</span>
      </>
    )
  }
  const [, indent, key, colon, space, value, comment] = match
  return (
    <>
      {indent}
      <span className="k">{key}</span>
      {colon}
      {space}
      <span className="s">{value}</span>
      {comment !== undefined && <span className="cm">{comment}</span>}
    </>
  )
}
