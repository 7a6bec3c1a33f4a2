import type { ParquetEngineName } from '../../../shared/domain/settings.ts'
import { columnarEngine } from './columnar/writer.ts'
import { parquetjsLiteEngine } from './parquetjsLite.ts'
import type { ParquetEngine } from './port.ts'

const ENGINES: Readonly<Record<ParquetEngineName, ParquetEngine>> = {
  columnar: columnarEngine,
  'parquetjs-lite': parquetjsLiteEngine,
}

/** The engine of a name. */
export function parquetEngine(name: ParquetEngineName): ParquetEngine {
  return ENGINES[name]
}
