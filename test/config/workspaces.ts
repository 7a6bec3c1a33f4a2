import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A temporary folder with these files; gone when the test ends. */
export function makeFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'fieldgate-config-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** The seed's example file, word for word. */
export const SEED_FILE = `# SQLite Configuration
sqlite: "../sample-sensor/data/sensor_data.db"  # Path to sensor database
sqlite_table: "sensor_readings"  # Optional - auto-detected
timestamp_col: "timestamp"       # Optional - auto-detected

# S3 Configuration
s3_configuration:
  enabled: true
  region: "us-west-2"
  prefix: "your-company"         # Used for bucket naming
  buckets:                       # Explicit bucket names
    raw: "your-company-databricks-raw-us-west-2"
    schematized: "your-company-databricks-schematized-us-west-2"
    aggregated: "your-company-databricks-aggregated-us-west-2"
    emergency: "your-company-databricks-emergency-us-west-2"

# Processing Configuration  
state_dir: "state/s3-uploader"   # Where to store upload state
interval: 30                     # Upload frequency in seconds
max_batch_size: 500             # Records per batch
enable_auto_detection: true      # Auto-detect tables/columns

# S3 Upload Settings
s3_batch_size_mb: 50            # Target Parquet file size
s3_compression: "snappy"        # Parquet compression
`
