/**
 * The settings a person may edit, flat, by the dotted path of the configuration file (`upload.interval_seconds`).
 * Values are what the file would hold; undefined removes the key.
 */
export type SettingsChanges = Readonly<Record<string, string | number | boolean | readonly string[] | null>>

export interface SettingField {
  readonly path: string
  readonly value: string | number | boolean | readonly string[] | null
  readonly origin: 'default' | 'file' | 'environment' | 'flag'
  /** Names the variable or the line it came from. */
  readonly source: string | undefined
}

export interface SettingsView {
  readonly file: string | undefined
  readonly yaml: string
  readonly fields: readonly SettingField[]
  readonly hasCredentials: boolean
}

/** The file as it would be, and what is wrong with it; line numbers are 1-based, of the new text. */
export interface SettingsPreview {
  readonly yaml: string
  readonly changedLines: readonly number[]
  readonly problems: readonly {
    readonly path: string | undefined
    readonly message: string
    readonly hint: string | undefined
  }[]
}

/** What a scan found in one file. */
export interface ScannedDatabase {
  readonly path: string
  readonly suggestedId: string
  readonly verdict: 'ready' | 'question' | 'refused' | 'known'
  readonly message: string
  readonly tables: readonly string[]
  readonly timestampColumns: readonly string[]
  readonly rows: number | undefined
  readonly bytes: number
}

export interface NewNode {
  readonly id: string
  readonly sqlite: string
  readonly table?: string | undefined
  readonly timestampColumn?: string | undefined
  readonly site?: string | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
}

/** One step of testing access to the store; the walk ends at the first failure. */
export interface AccessStep {
  readonly id: string
  readonly title: string
  readonly state: 'passed' | 'failed' | 'notRun' | 'running'
  readonly detail: string
  readonly hint: string | undefined
  readonly ms: number | undefined
}
