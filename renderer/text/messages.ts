import { activity } from './activity.ts'
import { buckets } from './buckets.ts'
import { common } from './common.ts'
import { fleet } from './fleet.ts'
import { node } from './node.ts'
import { pipelines } from './pipelines.ts'
import { proof } from './proof.ts'
import { settings } from './settings.ts'
import { shell } from './shell.ts'
import { simulator } from './simulator.ts'

/** Every word the window says, by place. A translation replaces this object; keys and functions stay. */
export const messages = {
  ...common,
  shell,
  fleet,
  activity,
  settings,
  buckets,
  node,
  pipelines,
  proof,
  simulator,
} as const
