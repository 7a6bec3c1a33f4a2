import { create } from 'zustand'
import { call, callHost, on } from '../client/client.ts'
import type { NotificationChoices } from '../../shared/domain/notifications.ts'
import type { HostInfo, WorkspaceInfo } from '../../shared/ipc/contract.ts'
import { IDLE, failedFrom, loadingFrom, readyNow } from './loadState.ts'
import type { LoadState } from './loadState.ts'

interface WorkspaceState {
  readonly load: LoadState
  readonly workspace: WorkspaceInfo | undefined
  readonly host: HostInfo | undefined
}

/** The open workspace and what its host can do. */
export const useWorkspace = create<WorkspaceState>(() => ({ load: IDLE, workspace: undefined, host: undefined }))

export async function loadWorkspace(): Promise<void> {
  useWorkspace.setState((state) => ({ load: loadingFrom(state.load) }))
  const [host, workspace] = await Promise.allSettled([callHost('host.info', {}), call('workspace.get', {})])
  useWorkspace.setState((state) => ({
    host: host.status === 'fulfilled' ? host.value : state.host,
    workspace: workspace.status === 'fulfilled' ? workspace.value : state.workspace,
    load: workspace.status === 'fulfilled' ? readyNow() : failedFrom(state.load, workspace.reason),
  }))
}

/** Subscribes first, reads second. Returns the undo. */
export function followWorkspace(): () => void {
  const stop = on('workspace.changed', () => void loadWorkspace())
  void loadWorkspace()
  return stop
}

/** Opens another workspace folder; null opens the demo fleet. */
export async function openWorkspace(folder: string | null): Promise<void> {
  await callHost('host.openWorkspace', { folder })
}

/** Asks for a folder with the host's own dialog; undefined when nothing was chosen or the host has none. */
export async function pickFolder(title: string): Promise<string | undefined> {
  return (await callHost('host.pickFolder', { title })) ?? undefined
}

export async function pickFile(title: string): Promise<string | undefined> {
  return (await callHost('host.pickFile', { title })) ?? undefined
}

/** The last part of the workspace folder: what people call it. */
export function workspaceName(workspace: WorkspaceInfo | undefined): string {
  if (workspace === undefined) return ''
  return workspace.folder.split(/[\\/]/).findLast((part) => part !== '') ?? workspace.folder
}

/** Chooses what this computer interrupts for; at once. */
export async function setNotifications(choices: NotificationChoices): Promise<void> {
  await callHost('host.setNotifications', choices)
  useWorkspace.setState(({ host }) => ({ host: host === undefined ? host : { ...host, notifications: choices } }))
}

/** Goes on after the engine could not start: from the last good snapshot, with a fresh ledger, or as it is. */
export async function recover(choice: 'snapshot' | 'fresh' | 'retry'): Promise<void> {
  await callHost('host.recover', { choice })
}
