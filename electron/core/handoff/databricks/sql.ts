import {
  bronzeTable,
  distinctTypes,
  EPOCH_PATTERN,
  landingUrl,
  locationName,
  SCHEMA_HINTS,
  sqlName,
  sqlText,
  toIdentifier,
  typeUrl,
} from './model.ts'
import type { GeneratedFile } from '../../../../shared/domain/handoff.ts'
import type { HandoffModel, LandingTable } from './model.ts'

/**
 * SQL for a Databricks warehouse: external locations and grants, streaming tables, and COPY INTO for small loads.
 * Storage credentials have no SQL form; `rest/` holds their calls. Source: Databricks SQL reference as of 2026.
 */
export function generateSql(model: HandoffModel): readonly GeneratedFile[] {
  return [
    { path: 'sql/10-locations.sql', text: locations(model) },
    { path: 'sql/20-streaming-tables.sql', text: streamingTables(model) },
    { path: 'sql/30-copy-into.sql', text: copyInto(model) },
  ]
}

function locations(model: HandoffModel): string {
  const catalog = sqlName(model.catalog)
  const lines = [
    `-- Needs the storage credential ${model.credentialName}: see rest/ and README.md, steps 1 to 3.`,
    `CREATE CATALOG IF NOT EXISTS ${catalog};`,
    ...['bronze', 'silver', 'gold', 'ops'].map((schema) => `CREATE SCHEMA IF NOT EXISTS ${catalog}.${schema};`),
    `CREATE VOLUME IF NOT EXISTS ${catalog}.ops.checkpoints;`,
    '',
  ]
  for (const landing of distinctTypes(model)) {
    lines.push(
      `CREATE EXTERNAL LOCATION IF NOT EXISTS ${locationName(landing)}`,
      `  URL ${sqlText(typeUrl(landing))} WITH (STORAGE CREDENTIAL ${sqlName(model.credentialName)})`,
      `  COMMENT 'Fieldgate, pipeline type ${landing.type}';`,
      `GRANT READ FILES ON EXTERNAL LOCATION ${locationName(landing)} TO ${sqlName(model.ingestPrincipal)};`,
      '',
    )
  }
  return lines.join('\n')
}

/** Columns bronze adds to what the objects hold: where a row came from, and the life of its source table. */
export function bronzeSelect(landing: LandingTable): string {
  return [
    'SELECT *,',
    '    _metadata.file_path AS _source_file,',
    `    regexp_extract(_metadata.file_path, '${EPOCH_PATTERN}', 1) AS _epoch,`,
    `    ${sqlText(landing.table)} AS _table,`,
    '    current_timestamp() AS _ingested_at',
  ].join('\n')
}

function streamingTables(model: HandoffModel): string {
  const catalog = sqlName(model.catalog)
  const bronze = model.landings.map((landing) =>
    [
      `CREATE OR REFRESH STREAMING TABLE ${catalog}.${bronzeTable(landing)}`,
      `AS ${bronzeSelect(landing)}`,
      `FROM STREAM read_files(${sqlText(landingUrl(landing))}, format => 'parquet',`,
      `  schemaHints => ${sqlText(SCHEMA_HINTS)}, fileNamePattern => '*.parquet');`,
      '',
    ].join('\n'),
  )
  return `-- Each object is read once, by its path; Fieldgate never writes a path twice.\n${bronze.join('\n')}\n${deliveredView(model)}`
}

/** Rows per node, table, route and day as ingested: what \`fieldgate handoff check\` compares with the ledger. */
function deliveredView(model: HandoffModel): string {
  const parts = model.landings.map((landing) =>
    [
      `SELECT _node_id, _table, _pipeline_type, _epoch, count(*) AS rows, count(DISTINCT _row_id) AS distinct_rows,`,
      `  count(DISTINCT _source_file) AS objects, max(_ingested_at) AS newest_ingest`,
      `FROM ${sqlName(model.catalog)}.${bronzeTable(landing)} GROUP BY ALL`,
    ].join('\n'),
  )
  return `CREATE OR REPLACE VIEW ${sqlName(model.catalog)}.ops.fieldgate_ingested AS\n${parts.join('\nUNION ALL\n')};\n`
}

function copyInto(model: HandoffModel): string {
  const parts = model.landings.map((landing) => {
    const target = `${sqlName(model.catalog)}.bronze.${toIdentifier(landing.table)}_${toIdentifier(landing.type)}_copy`
    return [
      `CREATE TABLE IF NOT EXISTS ${target};`,
      `COPY INTO ${target}`,
      `FROM (SELECT *, _metadata.file_path AS _source_file FROM ${sqlText(`${landingUrl(landing)}/`)})`,
      `FILEFORMAT = PARQUET FORMAT_OPTIONS ('mergeSchema' = 'true') COPY_OPTIONS ('mergeSchema' = 'true');`,
      '',
    ].join('\n')
  })
  return `-- For small or occasional loads. A file once loaded is skipped, even if it changed.\n${parts.join('\n')}`
}
