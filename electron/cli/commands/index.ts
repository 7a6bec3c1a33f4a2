import type { RegisterCommand } from '../program.ts'
import { registerFleet } from './fleet.ts'
import { registerHandoff } from './handoff.ts'
import { registerStatus } from './status.ts'

/** The table of commands, in the order of the help. A new command: one file beside this one, one line here. */
export const COMMANDS: readonly RegisterCommand[] = [registerStatus, registerHandoff, registerFleet]
