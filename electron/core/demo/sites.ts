import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { checkDocument, parseText } from '../simulator/parseDocument.ts'

const site = z.strictObject({
  /** Beginning of its nodes' ids. */
  id: z.string().regex(/^[a-z]{1,20}$/),
  name: z.string().min(1),
  town: z.string().min(1),
  state: z.string().length(2),
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  timeZone: z.string().min(1),
  nodes: z.int().min(1).max(99),
})

export type DemoSite = z.output<typeof site>

/** The sites of the demo fleet, in order. Throws `invalid` naming file and key. */
export function loadDemoSites(resources: string): readonly DemoSite[] {
  const path = join(resources, 'demo', 'sites.json')
  return checkDocument(z.array(site).min(1), parseText(readFileSync(path, 'utf8'), path), path, () =>
    Object.keys(site.shape),
  )
}
