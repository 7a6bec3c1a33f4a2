declare module 'parquetjs-lite' {
  interface Field {
    readonly type: string
    readonly optional: boolean
    readonly compression: string
  }
  interface OutputStream {
    write(bytes: Buffer, done: (error?: Error) => void): void
    end(done: (error?: Error) => void): void
  }
  export class ParquetSchema {
    constructor(fields: Record<string, Field>)
    readonly fields: unknown
  }
  export class ParquetWriter {
    static openStream(
      schema: ParquetSchema,
      stream: OutputStream,
      options: { pageIndex: boolean; useDataPageV2: boolean; rowGroupSize: number; pageSize: number },
    ): Promise<ParquetWriter>
    appendRow(row: Record<string, unknown>): Promise<void>
    setMetadata(key: string, value: string): void
    close(): Promise<void>
  }
}
