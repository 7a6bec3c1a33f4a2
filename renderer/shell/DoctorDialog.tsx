import { useState } from 'react'
import type { DoctorFinding } from '../../shared/domain/attention.ts'
import { closeDoctor, fixFinding, useDoctor } from '../stores/doctor.ts'
import { currentPerson } from '../stores/preferences.ts'
import { messages } from '../text/messages.ts'
import { Until } from '../ui/Age.tsx'
import { Button } from '../ui/Button.tsx'
import { CopyCli } from '../ui/CopyButton.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { formatNoun } from '../ui/format.ts'
import { LampMark } from '../ui/marks/Lamp.tsx'
import { navigateTo } from '../ui/router.ts'
import { ErrorState, Skeleton } from '../ui/states.tsx'
import { showFailure } from '../ui/toast.tsx'

const words = messages.shell.doctor
const VERDICTS = { ok: 'ok', warn: 'warn', bad: 'bad', skipped: 'none' } as const

/** What the doctor found, worst first, each with the evidence, why it matters, and the remedy. */
export function DoctorDialog() {
  const { isOpen, nodeIds, load, findings } = useDoctor()
  const bad = findings.filter(({ verdict }) => verdict === 'bad').length
  const warn = findings.filter(({ verdict }) => verdict === 'warn').length
  const subject = nodeIds === undefined ? words.everything : formatNoun(nodeIds.length, 'node')
  return (
    <Dialog title={words.title(subject)} isOpen={isOpen} onClose={closeDoctor} isWide>
      {load.phase === 'ready' && <p className="t2 small">{words.summary(findings.length, bad, warn)}</p>}
      {load.phase === 'loading' && findings.length === 0 && <Skeleton text={words.running} />}
      {load.phase === 'failed' && <ErrorState error={load.error} />}
      <ul className="findings">
        {findings.map((finding) => (
          <Finding key={finding.id} finding={finding} />
        ))}
      </ul>
    </Dialog>
  )
}

function Finding({ finding }: { readonly finding: DoctorFinding }) {
  const { id, verdict, title, subject, evidence, why, remedy, isFixable, nextRetryMs } = finding
  const [isBusy, setBusy] = useState(false)
  const fix = async () => {
    setBusy(true)
    try {
      await fixFinding(id, currentPerson())
    } catch (error) {
      showFailure(words.notFixed, error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <li>
      <LampMark state={VERDICTS[verdict]} />
      <div className="grow">
        <div className="row">
          <b className="medium">{title}</b>
          <span className="t3 small">{subject}</span>
        </div>
        <div className="small t2">{evidence}</div>
        {verdict !== 'ok' && <div className="small t3">{why}</div>}
        {nextRetryMs !== undefined && (
          <div className="small t3">
            <Until atMs={nextRetryMs} before={messages.load.nextTry} due={messages.load.tryingNow} />
          </div>
        )}
        {verdict !== 'ok' && remedy !== undefined && (
          <div className="row wrap acts">
            {isFixable && (
              <Button size="sm" disabled={isBusy} title={remedy.detail} onClick={() => void fix()}>
                {remedy.verb}
              </Button>
            )}
            {!isFixable && remedy.screen !== undefined && (
              <Button
                size="sm"
                onClick={() => {
                  closeDoctor()
                  navigateTo(remedy.screen ?? '')
                }}
              >
                {remedy.verb}
              </Button>
            )}
            <span className="small t2">{remedy.detail}</span>
            {remedy.command !== undefined && <CopyCli command={remedy.command} size="sm" />}
          </div>
        )}
      </div>
    </li>
  )
}
