import { COMPRESSIONS, PARQUET_ENGINES, PARQUET_PROFILES } from '../../../shared/domain/settings.ts'
import { RETIRED } from './retired.ts'
import { autoSwitchSchema, contractsSchema, customSchema, emergencySchema, nodesSchema } from './schemas.ts'
import { choice, FALSE, filePath, flag, names, number, structured, words } from './settingKinds.ts'
import type { Setting } from './settingKinds.ts'

/** Explicit bucket names are settings of their own, one per pipeline type, so that each layer can name some of them. */
export const BUCKET_NAMES = 'buckets.names'

export const SETTINGS: readonly Setting[] = [
  filePath('sqlite', 'SQLite file of the one node of this workspace', {
    aliases: ['sqlite_path'],
    env: ['SQLITE_PATH', 'SQLITE_DB_PATH'],
  }),
  words('sqlite_table', 'table of readings; detected when left out', {
    aliases: ['sqlite_table_name'],
    env: ['SQLITE_TABLE', 'SQLITE_TABLE_NAME'],
  }),
  words('timestamp_col', 'timestamp column; detected when left out', { env: ['TIMESTAMP_COL'] }),
  words('node_id', 'name of the one node; the file name when left out', { env: ['NODE_ID'] }),
  words('time_zone', 'IANA zone of timestamps that carry none', { env: ['FIELDGATE_TIME_ZONE'], fallback: 'UTC' }),
  structured('nodes', nodesSchema, 'the nodes: id, sqlite, table, timestamp_column, site, location, labels, time_zone'),
  filePath('state_dir', 'folder of ledger, upload state and spool', { env: ['STATE_DIR'], fallback: 'state' }),
  flag('auto_detect', 'detect table and timestamp column', { aliases: ['enable_auto_detection'], fallback: true }),
  words('demo.seed', 'makes this a demo workspace with this seed'),

  choice('store.kind', ['embedded', 's3'], 'embedded keeps objects in a folder; s3 when buckets are configured', {
    aliases: ['s3_configuration.enabled'],
    env: ['FIELDGATE_STORE'],
    fromAlias: {
      's3_configuration.enabled': (value) => (FALSE.includes(String(value).toLowerCase()) ? 'embedded' : 's3'),
    },
  }),
  filePath('store.folder', 'folder of the embedded store', { fallback: 'objects' }),
  words('store.region', 'region the client signs for', { env: ['S3_REGION', 'AWS_REGION', 'AWS_DEFAULT_REGION'] }),
  words('store.endpoint', 'URL of an S3-compatible store; AWS when left out', {
    aliases: ['s3_configuration.endpoint'],
    env: ['S3_ENDPOINT', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'],
  }),
  flag('store.force_path_style', 'bucket in the path instead of the host name', { env: ['S3_FORCE_PATH_STYLE'] }),
  words('store.profile', 'AWS profile to take credentials from', { env: ['AWS_PROFILE'] }),
  choice(
    'store.credentials',
    ['chain', 'instance'],
    'instance uses the role of the machine when no key or profile is set',
    {
      env: ['FIELDGATE_CREDENTIALS'],
      fallback: 'chain',
    },
  ),
  words('store.access_key_id', 'access key; better in credentials/ or the environment', {
    aliases: ['s3_configuration.access_key_id'],
    env: ['AWS_ACCESS_KEY_ID'],
    isSecret: true,
  }),
  words('store.secret_access_key', 'secret key; better in credentials/ or the environment', {
    aliases: ['s3_configuration.secret_access_key'],
    env: ['AWS_SECRET_ACCESS_KEY'],
    isSecret: true,
  }),
  words('store.session_token', 'session token of temporary keys', {
    aliases: ['s3_configuration.session_token'],
    env: ['AWS_SESSION_TOKEN'],
    isSecret: true,
  }),
  filePath('credentials_dir', 'folder with *-s3-env.sh and *-databricks-s3.yaml', {
    aliases: ['s3_configuration.credentials_dir'],
    env: ['AWS_CREDENTIALS_DIR'],
    fallback: 'credentials',
  }),

  words('buckets.prefix', 'bucket names are {prefix}-databricks-{type}-{region}', {
    aliases: ['s3_configuration.prefix', 's3_configuration.bucket_prefix', 's3_prefix', 's3_bucket_prefix'],
    env: ['S3_PREFIX', 'S3_BUCKET_PREFIX'],
    fallback: 'fieldgate',
  }),
  words('buckets.region', 'region in bucket names', {
    aliases: ['s3_configuration.region', 's3_region'],
    env: ['S3_REGION'],
    fallback: 'us-west-2',
  }),

  number(
    'upload.interval_seconds',
    { min: 1, max: 86_400, unit: 'seconds' },
    'age at which waiting rows are uploaded',
    { aliases: ['interval', 'upload_interval'], env: ['UPLOAD_INTERVAL'], fallback: 30 },
  ),
  number(
    'upload.max_batch_rows',
    { min: 1, max: 1_000_000, unit: 'rows', whole: true },
    'rows read per step; a backlog drains whatever it is',
    { aliases: ['max_batch_size', 'batch_size'], env: ['MAX_BATCH_SIZE'], fallback: 10_000 },
  ),
  number('upload.target_object_mb', { min: 0.01, max: 5_000, unit: 'megabytes' }, 'target size of one Parquet object', {
    aliases: ['s3_batch_size_mb'],
    env: ['S3_BATCH_SIZE_MB'],
    fallback: 50,
  }),
  choice('upload.compression', COMPRESSIONS, 'Parquet compression', {
    aliases: ['s3_compression'],
    env: ['S3_COMPRESSION'],
    fallback: 'snappy',
  }),
  choice('upload.parquet_engine', PARQUET_ENGINES, 'Parquet writer', { fallback: 'columnar' }),
  choice('upload.parquet_profile', PARQUET_PROFILES, 'compact uses delta encodings; compatible avoids them', {
    fallback: 'compact',
  }),
  number('upload.workers', { min: 1, max: 32, unit: 'threads', whole: true }, 'encode workers while a backlog drains', {
    env: ['FIELDGATE_WORKERS'],
    fallback: 2,
  }),
  flag('upload.once', 'upload once, then exit (command only)', { aliases: ['once'], env: ['ONCE'], fallback: false }),

  number('link.bytes_per_second', { min: 128, max: 1e12, unit: 'bytes', whole: true }, 'most bytes sent per second', {
    env: ['LINK_BYTES_PER_SECOND'],
  }),
  number(
    'link.month_budget_mb',
    { min: 0, max: 1e9, unit: 'megabytes' },
    'most megabytes per calendar month (UTC); beyond it only emergency rows are sent',
  ),

  names('always_on', 'pipeline types that run beside the active one', {
    aliases: ['upload.always_on', 'pipelines.always_on'],
    env: ['ALWAYS_ON'],
  }),
  structured('pipelines.custom', customSchema, 'custom pipeline types: name, bucket, sql or transform'),
  structured('pipelines.contracts', contractsSchema, 'table contracts: table, version, columns'),
  structured(
    'pipelines.emergency',
    emergencySchema,
    'emergency rules: preset (flags, process, environment), anomaly_flag, status_codes, thresholds',
  ),
  structured(
    'pipelines.auto_switch',
    autoSwitchSchema,
    'automatic switch to emergency: column, limits, hold_seconds, timeout_seconds',
  ),
  number(
    'pipelines.window_seconds',
    { min: 1, max: 86_400, unit: 'seconds', whole: true },
    'window of the aggregated type',
    {
      aliases: ['aggregate_config.window_minutes'],
      fromAlias: { 'aggregate_config.window_minutes': (minutes) => Number(minutes) * 60 },
      fallback: 60,
    },
  ),

  words('databricks.host', 'workspace asked for row counts', {
    aliases: ['databricks_host'],
    env: ['DATABRICKS_HOST'],
  }),
  words('databricks.token', 'token that may ask; better in the environment', {
    aliases: ['databricks_token'],
    env: ['DATABRICKS_TOKEN'],
    isSecret: true,
  }),
  words('bacalhau.url', 'orchestrator of the fleet', { env: ['FIELDGATE_BACALHAU_URL'] }),
  words('bacalhau.api_key', 'its API key; better in the environment', { env: ['BACALHAU_API_KEY'], isSecret: true }),
  words('bacalhau.username', 'its user, where it has no API keys', { env: ['BACALHAU_API_USERNAME'] }),
  words('bacalhau.password', "that user's password; better in the environment", {
    env: ['BACALHAU_API_PASSWORD'],
    isSecret: true,
  }),
]

const BY_PATH = new Map<string, Setting>(
  SETTINGS.flatMap((own) => [own.path, ...own.aliases].map((key) => [key, own] as const)),
)

/** The setting a path or alias names. */
export function findSetting(key: string): Setting | undefined {
  return BY_PATH.get(key)
}

/** Every path and alias a file may use, for finding the nearest one and for telling sections from settings. */
export const KNOWN_PATHS: readonly string[] = [
  ...BY_PATH.keys(),
  BUCKET_NAMES,
  's3_configuration.buckets',
  's3_buckets',
  ...Object.keys(RETIRED),
]

/** Paths that hold explicit bucket names by pipeline type. */
export const BUCKET_NAME_PATHS: readonly string[] = [BUCKET_NAMES, 's3_configuration.buckets', 's3_buckets']
