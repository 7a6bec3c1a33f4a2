import { useEffect, useState } from 'react'
import { messages } from '../text/messages.ts'
import { Button } from './Button.tsx'
import type { IconName } from './Icon.tsx'
import { copyText } from './copy.ts'

const SHOWN_MS = 1600

/** Copies text and says so in its own label for a moment. */
export function CopyButton({
  text,
  label = messages.actions.copy,
  size = 'sm',
  kind = 'default',
  icon = 'copy',
}: {
  readonly text: string
  readonly label?: string
  readonly size?: 'md' | 'sm'
  readonly kind?: 'default' | 'ghost'
  readonly icon?: IconName
}) {
  const [isDone, setDone] = useState(false)
  useEffect(() => {
    if (!isDone) return undefined
    const timer = setTimeout(() => setDone(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [isDone])
  return (
    <Button size={size} kind={kind} icon={isDone ? 'check' : icon} onClick={() => void copyText(text).then(setDone)}>
      {isDone ? messages.actions.copied : label}
    </Button>
  )
}

/** The command that does the same in a terminal. */
export function CopyCli({ command, size = 'md' }: { readonly command: string; readonly size?: 'md' | 'sm' }) {
  return <CopyButton text={command} label={messages.actions.copyCli} size={size} kind="ghost" />
}
