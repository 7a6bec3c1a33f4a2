import { assertBucketName, defaultBucketName } from '../../../shared/domain/bucketNames.ts'
import { errorToData } from '../../../shared/domain/errors.ts'
import { BUILT_IN_PIPELINE_TYPES } from '../../../shared/domain/pipelineTypes.ts'
import type { CredentialSource, CustomPipeline, EngineConfig, StoreConfig } from '../../../shared/domain/settings.ts'
import type { Resolved } from './layers.ts'
import { suggest, textOf } from './layers.ts'
import { resolvePath } from './nodes.ts'
import type { ProblemList } from './problems.ts'
import { BUCKET_NAMES } from './settings.ts'

type Values = ReadonlyMap<string, Resolved>

const NAMES_A_STORE = ['buckets.prefix', 'store.endpoint']

/** `s3` when it is said, or when buckets or an endpoint are configured; else the embedded store. */
export function readStoreKind(values: Values): 'embedded' | 's3' {
  const said = values.get('store.kind')
  if (said !== undefined) return said.value as 'embedded' | 's3'
  const isNamed = NAMES_A_STORE.some((path) => isConfigured(values.get(path)))
  return isNamed || [...values.keys()].some((path) => path.startsWith(`${BUCKET_NAMES}.`)) ? 's3' : 'embedded'
}

/** Where objects go and with which credentials. */
export function readStore(
  values: Values,
  workspace: string,
  home: string | undefined,
  problems: ProblemList,
): StoreConfig {
  const bucketRegion = values.get('buckets.region')
  const region = textOf(values.get('store.region') ?? bucketRegion) ?? 'us-west-2'
  if (readStoreKind(values) === 'embedded') {
    const folder = values.get('store.folder')
    return {
      kind: 'embedded',
      folder: resolvePath(textOf(folder) ?? 'objects', folder?.base ?? workspace, home),
      region,
    }
  }
  const endpoint = values.get('store.endpoint')
  if (endpoint !== undefined && !isHttpUrl(textOf(endpoint) ?? '')) {
    problems.add({
      path: 'store.endpoint',
      file: endpoint.file,
      line: endpoint.line,
      message: `store.endpoint "${textOf(endpoint)}" is not a URL.`,
      hint: 'Write it with its scheme, such as https://minio.example.com:9000.',
    })
  }
  const url = textOf(endpoint)
  const pathStyle = values.get('store.force_path_style')?.value as boolean | undefined
  return {
    kind: 's3',
    region,
    ...(url === undefined ? {} : { endpoint: url }),
    forcePathStyle: pathStyle ?? (url !== undefined && !/\.amazonaws\.com/.test(url)),
    credentials: readCredentials(values, problems),
  }
}

/** Keys from one layer only: an access key never meets a secret from elsewhere. A profile of a stronger layer wins over them. */
export function readCredentials(values: Values, problems: ProblemList): CredentialSource {
  const key = values.get('store.access_key_id')
  const profile = values.get('store.profile')
  if (profile !== undefined && (key === undefined || profile.rank > key.rank)) {
    return { kind: 'profile', profile: textOf(profile) ?? '' }
  }
  if (key === undefined) return { kind: values.get('store.credentials')?.value === 'instance' ? 'instance' : 'chain' }
  const secret = values.get('store.secret_access_key')
  const token = values.get('store.session_token')
  if (secret === undefined || secret.rank !== key.rank) {
    problems.add({
      path: 'store.secret_access_key',
      file: key.file,
      line: key.line,
      message: `The access key of ${key.source} has no secret key beside it.`,
      hint: 'Set access key and secret key in the same place.',
    })
    return { kind: 'chain' }
  }
  return {
    kind: 'static',
    accessKeyId: textOf(key) ?? '',
    secretAccessKey: textOf(secret) ?? '',
    ...(token !== undefined && token.rank === key.rank ? { sessionToken: textOf(token) ?? '' } : {}),
  }
}

/** A bucket for every pipeline type: the explicit name, unless a stronger layer gives a prefix; else the seed's rule. */
export function readBuckets(
  values: Values,
  custom: readonly CustomPipeline[],
  problems: ProblemList,
): EngineConfig['buckets'] {
  const prefix = values.get('buckets.prefix')
  const region = values.get('buckets.region')
  const regionName = textOf(isConfigured(region) ? region : (values.get('store.region') ?? region)) ?? 'us-west-2'
  const prefixName = textOf(prefix) ?? 'fieldgate'
  const types = [...Object.keys(BUILT_IN_PIPELINE_TYPES), ...custom.map((pipeline) => pipeline.name)]
  const names: Record<string, string> = {}
  for (const type of types) {
    const named = values.get(`${BUCKET_NAMES}.${type}`)
    const declared = custom.find((pipeline) => pipeline.name === type)?.bucket
    const isOutranked = named !== undefined && prefix !== undefined && prefix.rank > named.rank
    const chosen = isOutranked ? undefined : textOf(named)
    names[type] = chosen ?? declared ?? defaultBucketName(prefixName, type, regionName)
    try {
      assertBucketName(names[type])
    } catch (error) {
      const place = chosen === undefined ? prefix : named
      const { message, hint } = errorToData(error)
      problems.add({ path: `${BUCKET_NAMES}.${type}`, file: place?.file, line: place?.line, message, hint })
    }
  }
  reportUnknownTypes(values, types, problems)
  if (
    readStoreKind(values) === 's3' &&
    !isConfigured(prefix) &&
    types.some((type) => isRuleName(values, custom, type))
  ) {
    const missing = types.filter((type) => isRuleName(values, custom, type))
    problems.add({
      path: 'buckets.prefix',
      message: `No bucket is named for ${missing.join(', ')}.`,
      hint: 'Set buckets.prefix (S3_PREFIX) or a name per type under buckets.names (S3_BUCKET_RAW and so on).',
    })
  }
  return { prefix: prefixName, region: regionName, names }
}

function isRuleName(values: Values, custom: readonly CustomPipeline[], type: string): boolean {
  const declared = custom.find((pipeline) => pipeline.name === type)?.bucket
  return !values.has(`${BUCKET_NAMES}.${type}`) && declared === undefined
}

function reportUnknownTypes(values: Values, types: readonly string[], problems: ProblemList): void {
  for (const [path, entry] of values) {
    if (!path.startsWith(`${BUCKET_NAMES}.`)) continue
    const type = path.slice(BUCKET_NAMES.length + 1)
    if (types.includes(type)) continue
    problems.add({
      path,
      file: entry.file,
      line: entry.line,
      message: `"${type}" under buckets is not a pipeline type.`,
      hint: suggest(type, types),
    })
  }
}

function isConfigured(value: Resolved | undefined): boolean {
  return value !== undefined && value.origin !== 'default'
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
