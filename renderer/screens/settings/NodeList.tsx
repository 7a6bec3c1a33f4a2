import { useState } from 'react'
import { useNodes } from '../../stores/nodes.ts'
import { removeNode } from '../../stores/scan.ts'
import { useWorkspace } from '../../stores/workspace.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { formatCount } from '../../ui/format.ts'
import { href } from '../../ui/router.ts'
import { Badge } from '../../ui/states.tsx'
import { showFailure, showToast } from '../../ui/toast.tsx'

const words = messages.settings.nodes
const SHOWN = 200

/** The nodes of the workspace, to be taken out again; the fleet is the place for more than a few hundred. */
export function NodeList() {
  const nodes = useNodes((state) => state.list)
  const folder = useWorkspace((state) => state.workspace?.folder)
  const [leaving, setLeaving] = useState<string>()
  if (nodes.length === 0) return null
  const remove = (nodeId: string) =>
    void removeNode(nodeId).then(
      () => showToast({ state: 'ok', title: words.removed(nodeId) }),
      (error: unknown) => showFailure(words.removeFailed, error),
    )
  return (
    <div className="panel">
      <div className="ph">
        <h2 className="h2">{words.here}</h2>
        <Badge>{formatCount(nodes.length)}</Badge>
      </div>
      <ul className="node-list">
        {nodes.slice(0, SHOWN).map((node) => (
          <li key={node.nodeId}>
            <a className="medium ell" href={href('node', node.nodeId)}>
              {node.nodeId}
            </a>
            <span className="t3 small ell">{node.site}</span>
            <span className="mono t3 ell" title={node.path}>
              {insideOf(folder, node.path)}
            </span>
            <Button size="sm" kind="ghost" onClick={() => setLeaving(node.nodeId)}>
              {words.remove}
            </Button>
          </li>
        ))}
      </ul>
      <Dialog
        title={words.removeTitle(leaving ?? '')}
        isOpen={leaving !== undefined}
        onClose={() => setLeaving(undefined)}
        foot={
          <>
            <Button kind="ghost" onClick={() => setLeaving(undefined)}>
              {messages.actions.cancel}
            </Button>
            <Button
              kind="dangerSolid"
              onClick={() => {
                if (leaving !== undefined) remove(leaving)
                setLeaving(undefined)
              }}
            >
              {words.removeTitle(leaving ?? '')}
            </Button>
          </>
        }
      >
        {words.removeText}
      </Dialog>
    </div>
  )
}

/** A path as it is seen from the workspace; one that lies elsewhere stays whole. */
function insideOf(folder: string | undefined, path: string): string {
  if (folder === undefined || !path.startsWith(folder)) return path
  return path.slice(folder.length).replace(/^[\\/]+/, '')
}
