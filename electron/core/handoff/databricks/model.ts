import { FieldgateError } from '../../../../shared/domain/errors.ts'

/** One landing prefix: the rows of one source table as one pipeline type delivers them. */
export interface LandingTable {
  readonly type: string
  readonly table: string
  readonly bucket: string
  /** Column whose time partitions the objects; a TIMESTAMP in them. */
  readonly eventTimeColumn: string
}

/** What a hand-off is generated from: the workspace's own buckets, types and tables, and the names wanted in Databricks. */
export interface HandoffModel {
  readonly region: string
  readonly accountId: string
  readonly roleName: string
  readonly credentialName: string
  readonly catalog: string
  /** Principal that may read the landing prefixes. */
  readonly ingestPrincipal: string
  readonly warehouseId: string | undefined
  readonly landings: readonly LandingTable[]
}

const ACCOUNT = /^\d{12}$/
const NAME = /^[A-Za-z0-9_.@-]{1,128}$/

/** Throws `invalid` naming the first value that Databricks or AWS would refuse. */
export function assertModel(model: HandoffModel): void {
  if (!ACCOUNT.test(model.accountId)) {
    throw new FieldgateError('invalid', `"${model.accountId}" is not an AWS account id.`, {
      hint: 'Pass the 12 digits: --account-id 123456789012.',
    })
  }
  const names = { role: model.roleName, credential: model.credentialName, principal: model.ingestPrincipal }
  for (const [what, name] of Object.entries(names)) {
    if (!NAME.test(name)) throw new FieldgateError('invalid', `"${name}" cannot be the name of a ${what}.`)
  }
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(model.catalog)) {
    throw new FieldgateError('invalid', `"${model.catalog}" cannot be a catalog name.`, {
      hint: 'Use lower-case letters, digits and underscores.',
    })
  }
  if (model.landings.length === 0) {
    throw new FieldgateError('invalid', 'There is no table to hand off yet.', {
      hint: 'Upload once first, or name a node database whose table can be read.',
    })
  }
  for (const landing of model.landings) {
    if (landing.bucket.includes('.')) {
      throw new FieldgateError('invalid', `Bucket ${landing.bucket} has a dot in its name; Unity Catalog refuses it.`, {
        hint: 'Deliver to a bucket without dots: set its name under "buckets" in the configuration.',
      })
    }
  }
}

/** A name safe in SQL and Python without quoting: anything else becomes an underscore. */
export function toIdentifier(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9_]/g, '_')
}

/** A text literal of Databricks SQL. */
export function sqlText(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** A quoted identifier of Databricks SQL. */
export function sqlName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

/** Root of a pipeline type in its bucket: what an external location covers. */
export function typeUrl(landing: LandingTable): string {
  return `s3://${landing.bucket}/${landing.type}`
}

/** Where the objects of one table lie. */
export function landingUrl(landing: LandingTable): string {
  return `${typeUrl(landing)}/table=${encodeURIComponent(landing.table)}`
}

/** Name of the external location of a pipeline type. */
export function locationName(landing: LandingTable): string {
  return `fieldgate_${toIdentifier(landing.type)}`
}

/** The bronze table of a landing, without its catalog: `bronze.sensor_readings_raw`. */
export function bronzeTable(landing: LandingTable): string {
  return `bronze.${toIdentifier(landing.table)}_${toIdentifier(landing.type)}`
}

/** One landing per pipeline type: locations and credentials are made per type, not per table. */
export function distinctTypes(model: HandoffModel): readonly LandingTable[] {
  return [...new Map(model.landings.map((landing) => [`${landing.bucket}/${landing.type}`, landing])).values()]
}

/** Lineage columns every object has; hints keep their types whatever the first file looks like. */
export const SCHEMA_HINTS =
  '_node_id STRING, _row_id BIGINT, _pipeline_type STRING, _pipeline_rev BIGINT, _extra STRING'

/** The life of the source table: first part of every object's file name. With node and row id it names a reading. */
export const EPOCH_PATTERN = '([0-9a-z]+)-m?[0-9]{16}-m?[0-9]{16}[.]parquet$'
