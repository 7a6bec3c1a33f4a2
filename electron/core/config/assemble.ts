import type { Compression, EngineConfig, ParquetEngineName, ParquetProfile } from '../../../shared/domain/settings.ts'
import { textOf } from './layers.ts'
import type { Resolved } from './layers.ts'
import type { Located } from './locate.ts'
import { readNodes, resolvePath } from './nodes.ts'
import { readAlwaysOn, readAutoSwitch, readContracts, readCustom, readEmergency } from './pipelineSettings.ts'
import type { ProblemList } from './problems.ts'
import { readBuckets, readStore } from './storeSettings.ts'

type Values = ReadonlyMap<string, Resolved>

const MEGABYTE = 1_000_000

/** Turns checked values into the configuration an engine runs with. Rules between settings are checked here. */
export function assembleConfig(
  values: Values,
  located: Located,
  home: string | undefined,
  problems: ProblemList,
): EngineConfig {
  const custom = readCustom(values, problems)
  const stateDir = values.get('state_dir')
  const seed = textOf(values.get('demo.seed'))
  const bytesPerSecond = values.get('link.bytes_per_second')?.value as number | undefined
  const monthBudget = values.get('link.month_budget_mb')?.value as number | undefined
  const autoSwitch = readAutoSwitch(values)
  return {
    workspace: located.workspace,
    ...(located.file === undefined ? {} : { file: located.file }),
    ...(seed === undefined ? {} : { demo: { seed } }),
    stateDir: resolvePath(textOf(stateDir) ?? 'state', stateDir?.base ?? located.workspace, home),
    nodes: readNodes(values, home, problems),
    autoDetect: read(values, 'auto_detect', true),
    store: readStore(values, located.workspace, home, problems),
    buckets: readBuckets(values, custom, problems),
    upload: {
      intervalSeconds: read(values, 'upload.interval_seconds', 30),
      maxBatchRows: read(values, 'upload.max_batch_rows', 10_000),
      targetObjectBytes: Math.round(read(values, 'upload.target_object_mb', 50) * MEGABYTE),
      compression: read<Compression>(values, 'upload.compression', 'snappy'),
      parquetEngine: read<ParquetEngineName>(values, 'upload.parquet_engine', 'columnar'),
      parquetProfile: read<ParquetProfile>(values, 'upload.parquet_profile', 'compact'),
      workers: read(values, 'upload.workers', 2),
      ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
      ...(monthBudget === undefined ? {} : { monthBudgetBytes: Math.round(monthBudget * MEGABYTE) }),
      alwaysOn: readAlwaysOn(values, custom, problems),
    },
    pipelines: {
      custom,
      contracts: readContracts(values, problems),
      emergency: readEmergency(values),
      windowSeconds: read(values, 'pipelines.window_seconds', 60),
      ...(autoSwitch === undefined ? {} : { autoSwitch }),
    },
    ...readDatabricks(values),
    ...readBacalhau(values, problems),
  }
}

function readDatabricks(values: Values): Pick<EngineConfig, 'databricks'> {
  const host = textOf(values.get('databricks.host'))
  const token = textOf(values.get('databricks.token'))
  if (host === undefined) return {}
  return { databricks: { host, ...(token === undefined ? {} : { token }) } }
}

function readBacalhau(values: Values, problems: ProblemList): Pick<EngineConfig, 'bacalhau'> {
  const url = values.get('bacalhau.url')
  const address = textOf(url)
  if (url === undefined || address === undefined) return {}
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    problems.add({
      path: 'bacalhau.url',
      file: url.file,
      line: url.line,
      message: `"${address}" is no orchestrator address.`,
      hint: 'Give it as https://host:1234.',
    })
    return {}
  }
  const apiKey = textOf(values.get('bacalhau.api_key'))
  const username = textOf(values.get('bacalhau.username'))
  const password = textOf(values.get('bacalhau.password'))
  if (apiKey !== undefined) return { bacalhau: { url: address, credential: { kind: 'apiKey', apiKey } } }
  if (username !== undefined && password !== undefined) {
    return { bacalhau: { url: address, credential: { kind: 'basic', username, password } } }
  }
  return { bacalhau: { url: address, credential: { kind: 'none' } } }
}

function read<T>(values: Values, path: string, fallback: T): T {
  return (values.get(path)?.value as T | undefined) ?? fallback
}
