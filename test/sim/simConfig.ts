import { join } from 'node:path'
import type { EngineConfig } from '../../shared/domain/settings.ts'
import type { WorldOptions } from './schedule.ts'
import { TABLE } from './simNode.ts'

/** The rules of the table as its owner may change them: the relaxed ones say nothing of temperatures. */
export function withContract(config: EngineConfig, isStrict: boolean): EngineConfig {
  const columns = { timestamp: { type: 'timestamp', required: true }, sensor_id: { type: 'string' } } as const
  const contracts = isStrict ? [] : [{ table: TABLE, version: 2, columns }]
  return { ...config, pipelines: { ...config.pipelines, contracts } }
}

/** The configuration of a world with these nodes, its state below `folder`. */
export function configOf(folder: string, options: WorldOptions, nodes: EngineConfig['nodes']): EngineConfig {
  return {
    workspace: folder,
    stateDir: join(folder, 'state'),
    nodes,
    autoDetect: true,
    store: { kind: 'embedded', folder: join(folder, 'objects'), region: 'us-west-2' },
    buckets: { prefix: 'sim', region: 'us-west-2', names: {} },
    upload: {
      intervalSeconds: 30,
      maxBatchRows: options.maxBatchRows,
      targetObjectBytes: options.targetObjectBytes,
      compression: options.compression,
      parquetEngine: 'columnar',
      parquetProfile: options.profile,
      workers: 1,
      alwaysOn: [...options.alwaysOn],
    },
    pipelines: {
      custom: [{ name: 'even', sql: 'SELECT * FROM batch WHERE _row_id % 2 = 0' }],
      contracts: [],
      emergency: { anomalyFlag: true, statusCodes: [], thresholds: [] },
      windowSeconds: 3600,
    },
  }
}
