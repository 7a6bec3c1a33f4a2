import { Menu } from '@mantine/core'
import { spotlight } from '@mantine/spotlight'
import { setPreferences, shownTheme } from '../stores/preferences.ts'
import { openWorkspace, pickFolder, useWorkspace, workspaceName } from '../stores/workspace.ts'
import { messages } from '../text/messages.ts'
import { Icon, Logo } from '../ui/Icon.tsx'
import { Kbd } from '../ui/Kbd.tsx'
import { MENU } from '../ui/menu.ts'
import { navigate } from '../ui/router.ts'
import { showFailure } from '../ui/toast.tsx'

/** Mark, workspace switch, demo tag, search, theme. The window's own controls are the system's. */
export function TitleBar() {
  const workspace = useWorkspace((state) => state.workspace)
  return (
    <header className="titlebar">
      <div className="brand">
        <Logo />
        <span>{messages.shell.product}</span>
      </div>
      <div className="mid">
        {workspace !== undefined && <WorkspaceMenu />}
        {workspace?.isDemo === true && (
          <span className="demo-tag">
            <Icon name="simulator" size={12} />
            {messages.shell.demoTag(workspace.demoSeed ?? '')}
          </span>
        )}
        <button type="button" className="search" onClick={spotlight.open}>
          <Icon name="search" size={14} />
          <span className="grow small">{messages.shell.search}</span>
          <Kbd>Ctrl K</Kbd>
        </button>
      </div>
      <div className="end">
        <button
          type="button"
          className="btn ghost icon"
          aria-label={messages.shell.theme}
          title={messages.shell.theme}
          onClick={switchTheme}
        >
          <Icon name="sun" size={14} />
        </button>
      </div>
    </header>
  )
}

export function switchTheme(): void {
  setPreferences({ theme: shownTheme() === 'light' ? 'dark' : 'light' })
}

/** Asks for a folder and opens it as the workspace. */
export async function chooseWorkspace(): Promise<void> {
  try {
    const folder = await pickFolder(messages.shell.openWorkspace)
    if (folder !== undefined) await openWorkspace(folder)
  } catch (error) {
    showFailure(messages.shell.openWorkspace, error)
  }
}

function WorkspaceMenu() {
  const { workspace, host } = useWorkspace()
  return (
    <Menu {...MENU}>
      <Menu.Target>
        <button type="button" className="ws" title={workspace?.folder}>
          <span>{messages.shell.workspace}</span>
          <b>{workspace?.isDemo === true ? 'Demo fleet' : workspaceName(workspace)}</b>
          <Icon name="down" size={12} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {host?.canPickFiles === true && (
          <Menu.Item leftSection={<Icon name="folder" size={14} />} onClick={() => void chooseWorkspace()}>
            {messages.shell.openWorkspace}
          </Menu.Item>
        )}
        {workspace?.isDemo === false && (
          <Menu.Item
            leftSection={<Icon name="play" size={14} />}
            onClick={() =>
              void openWorkspace(null).catch((error: unknown) => showFailure(messages.shell.openDemo, error))
            }
          >
            {messages.shell.openDemo}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<Icon name="settings" size={14} />} onClick={() => navigate('settings', 'workspace')}>
          {messages.shell.workspaceSettings}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
