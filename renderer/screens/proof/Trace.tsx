import { useState } from 'react'
import type { ReadingTrace } from '../../../shared/domain/reconcile.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { CopyButton, CopyCli } from '../../ui/CopyButton.tsx'
import { Icon } from '../../ui/Icon.tsx'
import type { IconName } from '../../ui/Icon.tsx'
import { href } from '../../ui/router.ts'
import { parseTraceQuery } from './proofModel.ts'

const words = messages.proof
const ICONS: Readonly<Record<ReadingTrace['steps'][number]['id'], IconName>> = {
  source: 'db',
  claim: 'claim',
  encode: 'rule',
  object: 'object',
  row: 'row',
}

interface TraceProps {
  readonly text: string
  readonly onText: (text: string) => void
  readonly trace: ReadingTrace | undefined
  readonly isTracing: boolean
  readonly onTrace: (nodeId: string, sequence: number) => void
}

/** One reading followed in five steps, from its row in the source to its row in Parquet. */
export function Trace({ text, onText, trace, isTracing, onTrace }: TraceProps) {
  const [isBad, setBad] = useState(false)
  const submit = () => {
    const query = parseTraceQuery(text)
    setBad(query === undefined)
    if (query !== undefined) onTrace(query.nodeId, query.sequence)
  }
  return (
    <section>
      <form
        className="row pf-trace-head"
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <h2 className="h2 nowrap">{words.trace}</h2>
        <span className="grow" />
        <div className="input sm pf-trace-input">
          <input
            className="mono micro"
            aria-label={words.trace}
            aria-invalid={isBad}
            placeholder={words.traceHint}
            value={text}
            spellCheck={false}
            onChange={(event) => onText(event.target.value)}
          />
        </div>
        <Button size="sm" disabled={isTracing} onClick={submit}>
          {words.traceDo}
        </Button>
      </form>
      {isBad && (
        <p className="small c-bad pf-trace-note" role="alert">
          {words.traceBad}
        </p>
      )}
      {trace === undefined ? <p className="small t3 pf-trace-note">{words.traceNone}</p> : <Steps trace={trace} />}
    </section>
  )
}

function Steps({ trace }: { readonly trace: ReadingTrace }) {
  const object = trace.steps.find((step) => step.id === 'object')
  const bucket = object?.facts['bucket']
  const key = object?.facts['key']
  return (
    <>
      <ol className="pf-trace">
        {trace.steps.map((step) => (
          <li key={step.id} className={step.isFound ? undefined : 'bad'}>
            <span className="ic">
              <Icon name={ICONS[step.id]} size={14} />
            </span>
            <div className="col grow">
              <div className="row">
                <b className="medium nowrap">{step.title}</b>
                <span className="t3 small ell">{step.detail}</span>
                <span className="grow" />
                <span className={`row small nowrap ${step.isFound ? 'c-ok' : 'c-bad'}`}>
                  <Icon name={step.isFound ? 'check' : 'x'} size={12} />
                  {step.isFound ? words.traceFound : words.traceMissing}
                </span>
              </div>
              <div className="mono micro t2 ell" title={factsText(step.facts)}>
                {factsText(step.facts)}
              </div>
            </div>
          </li>
        ))}
      </ol>
      <div className="row pf-trace-actions">
        {bucket !== undefined && key !== undefined && (
          <a className="btn sm" href={`${href('buckets', bucket)}?key=${encodeURIComponent(key)}`}>
            <Icon name="object" size={12} />
            {words.openObject}
          </a>
        )}
        <CopyCli size="sm" command={`fieldgate reconcile --node ${trace.nodeId} --trace ${trace.sequence}`} />
        <CopyButton
          icon="link"
          label={words.copyLink}
          text={`${location.href.split('#')[0]}#/proof?trace=${encodeURIComponent(`${trace.nodeId}/${trace.sequence}`)}`}
        />
      </div>
    </>
  )
}

function factsText(facts: Readonly<Record<string, string>>): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name} ${value}`)
    .join('  ')
}
