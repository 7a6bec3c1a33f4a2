import { finding } from '../port.ts'
import type { WorkspaceCheck } from '../port.ts'

/** The store refuses a second object of one name by itself. */
export const conditionalPutCheck: WorkspaceCheck = {
  id: 'conditionalPut',
  scope: 'workspace',
  isCheap: true,
  examine(ports) {
    const writes = ports.store.facts()?.conditionalWrites
    if (writes === undefined || writes === 'unknown') return []
    const subject = ports.config.store.kind === 's3' ? (ports.config.store.endpoint ?? 'S3') : 'embedded store'
    const why = 'Where the store does not decide, two uploaders of one node could both believe a name was free.'
    if (writes === 'enforced') {
      return [
        finding('conditionalPut', subject, 'ok', {
          title: 'The store never overwrites',
          evidence: 'It refuses a second object of one name (If-None-Match).',
          why,
        }),
      ]
    }
    return [
      finding('conditionalPut', subject, 'warn', {
        title: 'The store has no conditional writes',
        evidence:
          writes === 'refused'
            ? 'It refuses puts with If-None-Match; each put looks first.'
            : 'It accepts If-None-Match and ignores it; each put looks first.',
        why,
        remedy: {
          verb: 'Open settings',
          detail: 'Let one workspace only serve a node; its lease keeps uploaders apart. Or update the store.',
          screen: 'settings/store',
        },
      }),
    ]
  },
}
