import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { strict } from '../strict.ts'

/**
 * The parts of Electron that reach into the desktop: here they only remember what was asked, for tests to look at. Nothing is
 * shown, opened or encrypted in earnest.
 */
export interface Recorded {
  readonly opened: string[]
  readonly notifications: { readonly title: string; readonly body: string; click(): void }[]
  readonly trays: { tip: string }[]
  readonly messages: { readonly message: string; readonly detail?: string }[]
}

interface MessageBoxOptions {
  readonly message: string
  readonly detail?: string
  readonly defaultId?: number
  readonly signal?: AbortSignal
}

export function createRecorders(recorded: Recorded): Readonly<Record<string, object>> {
  class Notification extends EventEmitter {
    static isSupported(): boolean {
      return true
    }
    readonly #options: { readonly title: string; readonly body: string }
    constructor(options: { title: string; body: string }) {
      super()
      this.#options = options
    }
    show(): void {
      recorded.notifications.push({ ...this.#options, click: () => void this.emit('click') })
    }
  }

  class Tray extends EventEmitter {
    readonly #record = { tip: '' }
    constructor() {
      super()
      recorded.trays.push(this.#record)
    }
    setToolTip(tip: string): void {
      this.#record.tip = tip
    }
    setImage(): void {}
    setContextMenu(): void {}
    destroy(): void {}
  }

  const image = (bytes: Buffer) =>
    strict('nativeImage', { isEmpty: () => bytes.length === 0, toPNG: () => bytes, setTemplateImage: () => undefined })

  /** A box that nobody answers: it stays until its signal takes it away. Tests replace this with an answer. */
  const showMessageBox = (_window: unknown, options: MessageBoxOptions): Promise<{ response: number }> => {
    recorded.messages.push(options)
    return new Promise((resolve) => {
      options.signal?.addEventListener('abort', () => resolve({ response: options.defaultId ?? 0 }), { once: true })
    })
  }
  const display = { id: 1, workArea: { x: 0, y: 0, width: 1920, height: 1080 } }

  return {
    Notification: strict('Notification', Notification),
    Tray: strict('Tray', Tray),
    nativeImage: strict('nativeImage', {
      createFromPath: (path: string) => image(readFileSync(path)),
      createEmpty: () => image(Buffer.alloc(0)),
    }),
    dialog: strict('dialog', {
      showOpenDialog: async () => ({ canceled: true, filePaths: [] as string[] }),
      showMessageBox,
    }),
    shell: strict('shell', {
      openExternal: async (url: string) => void recorded.opened.push(url),
      showItemInFolder: (path: string) => void recorded.opened.push(path),
    }),
    screen: strict('screen', { getAllDisplays: () => [display], getPrimaryDisplay: () => display }),
    crashReporter: strict('crashReporter', { start: () => undefined }),
    /** As Linux without a password manager: the key is known to everybody, and says so. */
    safeStorage: strict('safeStorage', {
      isAsyncEncryptionAvailable: async () => true,
      getSelectedStorageBackend: () => 'basic_text',
      encryptStringAsync: async (text: string) => Buffer.from(`standin:${Buffer.from(text).toString('base64')}`),
      decryptStringAsync: async (bytes: Buffer) => {
        const text = bytes.toString()
        if (!text.startsWith('standin:'))
          throw new Error('Error while decrypting the ciphertext provided to safeStorage.')
        return { result: Buffer.from(text.slice(8), 'base64').toString(), shouldReEncrypt: false }
      },
    }),
  }
}
