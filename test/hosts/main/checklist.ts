/** One item of Electron's security checklist (docs/tutorial/security.md of Electron, 20 items) and how Fieldgate meets it. */
export interface ChecklistItem {
  readonly item: number
  readonly rule: string
  readonly how: string
  /** Where it is decided, and the test that fails when it no longer holds. */
  readonly code: string
  readonly proof: string
}

export const CHECKLIST: readonly ChecklistItem[] = [
  {
    item: 1,
    rule: 'Only load secure content',
    how: 'The window loads files of the app only, over its own scheme `app://fieldgate`; no URL of the network is ever loaded.',
    code: 'electron/main/appUrl.ts',
    proof: 'test/hosts/main/guards.test.ts',
  },
  {
    item: 2,
    rule: 'Do not enable Node.js integration for remote content',
    how: '`nodeIntegration`, `nodeIntegrationInWorker` and `nodeIntegrationInSubFrames` are false.',
    code: 'electron/main/webPreferences.ts',
    proof: 'test/hosts/main/checklist.test.ts',
  },
  {
    item: 3,
    rule: 'Enable context isolation',
    how: '`contextIsolation` is true; the preload exposes two functions.',
    code: 'electron/main/webPreferences.ts',
    proof: 'e2e/desktop/security.spec.ts',
  },
  {
    item: 4,
    rule: 'Enable process sandboxing',
    how: '`app.enableSandbox()` before ready and `sandbox: true` for the window; the preload is one CommonJS file with `electron` only.',
    code: 'electron/main/index.ts',
    proof: 'test/hosts/main/checklist.test.ts',
  },
  {
    item: 5,
    rule: 'Handle session permission requests',
    how: 'Both handlers (request and check) refuse everything but writing to the clipboard from our own page.',
    code: 'electron/main/guards.ts',
    proof: 'test/hosts/main/guards.test.ts',
  },
  {
    item: 6,
    rule: 'Do not disable webSecurity',
    how: '`webSecurity` is true.',
    code: 'electron/main/webPreferences.ts',
    proof: 'test/hosts/main/checklist.test.ts',
  },
  {
    item: 7,
    rule: 'Define a Content Security Policy',
    how: "`default-src 'none'`, own scripts and styles only, no inline, no eval, no frames, no forms; a header of every response of both hosts.",
    code: 'electron/core/host/contentSecurity.ts',
    proof: 'test/hosts/serve.test.ts',
  },
  {
    item: 8,
    rule: 'Do not enable allowRunningInsecureContent',
    how: 'It is false.',
    code: 'electron/main/webPreferences.ts',
    proof: 'test/hosts/main/checklist.test.ts',
  },
  {
    item: 9,
    rule: 'Do not enable experimental features',
    how: '`experimentalFeatures` is false.',
    code: 'electron/main/webPreferences.ts',
    proof: 'test/hosts/main/checklist.test.ts',
  },
  {
    item: 10,
    rule: 'Do not use enableBlinkFeatures',
    how: 'It is not set, and no Chromium switch is appended.',
    code: 'electron/main/webPreferences.ts',
    proof: 'test/hosts/main/checklist.test.ts',
  },
  {
    item: 11,
    rule: 'Do not use allowpopups for WebViews',
    how: 'There are no WebViews: `webviewTag` is false and `will-attach-webview` is prevented.',
    code: 'electron/main/window.ts',
    proof: 'test/hosts/main/checklist.test.ts',
  },
  {
    item: 12,
    rule: 'Verify WebView options before creation',
    how: 'Every attempt to attach one is prevented, whatever its options.',
    code: 'electron/main/window.ts',
    proof: 'test/hosts/main/checklist.test.ts',
  },
  {
    item: 13,
    rule: 'Disable or limit navigation',
    how: '`will-navigate` and `will-redirect` allow our own origin only, parsed as a URL.',
    code: 'electron/main/guards.ts',
    proof: 'e2e/desktop/security.spec.ts',
  },
  {
    item: 14,
    rule: 'Disable or limit creation of new windows',
    how: '`setWindowOpenHandler` denies every window.',
    code: 'electron/main/guards.ts',
    proof: 'e2e/desktop/security.spec.ts',
  },
  {
    item: 15,
    rule: 'Do not use shell.openExternal with untrusted content',
    how: 'Only https pages of three documentation hosts are handed to the system browser; nothing else, no other scheme.',
    code: 'electron/main/guards.ts',
    proof: 'test/hosts/main/guards.test.ts',
  },
  {
    item: 16,
    rule: 'Use a current version of Electron',
    how: 'Electron 45, a supported line; the lock file pins it.',
    code: 'package.json',
    proof: 'test/hosts/main/checklist.test.ts',
  },
  {
    item: 17,
    rule: 'Validate the sender of all IPC messages',
    how: 'Only the top frame of our own page is answered (a frame that is gone is not), then method and input are parsed.',
    code: 'electron/main/callGuard.ts',
    proof: 'test/hosts/main/callGuard.test.ts',
  },
  {
    item: 18,
    rule: 'Avoid the file:// protocol, prefer custom protocols',
    how: 'Pages come over `app://` from one folder, with a check against leaving it and a list of file types.',
    code: 'electron/core/host/staticFiles.ts',
    proof: 'test/hosts/serve.test.ts',
  },
  {
    item: 19,
    rule: 'Check which fuses can be changed',
    how: 'Seven fuses are set in the package: no Node by environment or inspector, only the sealed archive is loaded, no extra file privileges.',
    code: 'electron/main/webPreferences.ts',
    proof: 'test/hosts/main/checklist.test.ts',
  },
  {
    item: 20,
    rule: 'Do not expose Electron APIs to untrusted web content',
    how: 'The preload exposes `call` and `on`; neither `ipcRenderer` nor its event objects cross the bridge.',
    code: 'electron/preload/index.ts',
    proof: 'e2e/desktop/security.spec.ts',
  },
]

/** The page docs/SECURITY.md, made from the list above so that the two never differ. */
export function renderSecurityPage(): string {
  const rows = CHECKLIST.map(
    ({ item, rule, how, code, proof }) => `| ${item} | ${rule} | ${how} | \`${code}\` | \`${proof}\` |`,
  )
  return `# Security of the window

Made from \`test/hosts/main/checklist.ts\`; \`vitest run test/hosts/main/checklist.test.ts -u\` writes it anew.

## What is trusted
The page is not. It can ask the host for the methods of \`shared/ipc/contract.ts\` and nothing else; every input is parsed before a
handler sees it, every failure is data. Credentials go in through \`host.setCredentials\` and never come out: not to the page, not
into logs, state files, errors or support bundles.

## Electron's checklist
| # | Rule | How Fieldgate meets it | Code | Proof |
|---|---|---|---|---|
${rows.join('\n')}

## Credentials on the desktop
Kept by the system's keychain through Electron's \`safeStorage\`, one encrypted file per workspace. On Linux without GNOME Keyring or
KWallet Chromium would use a key that everybody knows: then Fieldgate keeps them until it ends, and says so.

## \`fieldgate serve\`
- Listens on 127.0.0.1 only. Each start makes a new token of 192 bits; it stands in the fragment of the printed address, which browsers
  never send. Whoever has the address can do what the window can.
- Each request must carry this server's own \`Host\`; calls and sockets also its own \`Origin\` and the token. That refuses pages of
  other sites, DNS rebinding and forms.
- Calls carry at most 8 MiB of \`application/json\`. Files come from one folder, with a check against leaving it.
- \`GET /api/health\` says whether the engine runs, to anybody on the machine, and nothing more.
- No keychain: credentials entered in the browser live in memory until it ends.

## What was never run on real Electron
See \`docs/VERIFIED.md\`. The end-to-end specs print whether they ran on Electron or on the stand-in.
`
}
