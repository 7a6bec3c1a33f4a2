import { bronzeTable, EPOCH_PATTERN, landingUrl, SCHEMA_HINTS, toIdentifier } from './model.ts'
import type { GeneratedFile } from '../../../../shared/domain/handoff.ts'
import type { HandoffModel, LandingTable } from './model.ts'

/** The notebook for a job cluster (Auto Loader) and the pipeline sources for Lakeflow Spark Declarative Pipelines. */
export function generatePython(model: HandoffModel): readonly GeneratedFile[] {
  return [
    { path: 'notebooks/auto_loader.py', text: autoLoader(model) },
    { path: 'src/edge_ingest/transformations/bronze.py', text: bronze(model) },
    { path: 'src/edge_ingest/transformations/silver.py', text: silver(model) },
    { path: 'src/edge_ingest/transformations/gold.py', text: gold(model) },
  ]
}

/** A text literal of Python; JSON's escapes are a subset of Python's. */
function py(value: string): string {
  return JSON.stringify(value)
}

function sources(model: HandoffModel): string {
  const rows = model.landings.map(
    (landing) =>
      `    (${py(bronzeTable(landing))}, ${py(landingUrl(landing))}, ${py(landing.table)}, ${py(landing.eventTimeColumn)}),`,
  )
  return ['SOURCES = [', ...rows, ']'].join('\n')
}

function autoLoader(model: HandoffModel): string {
  return `# Databricks notebook source
# Auto Loader over the prefixes that Fieldgate writes. Run as a job with trigger "file arrival", or by hand.
# Each object is ingested once, by its path; a changed file under an old path is ignored (allowOverwrites stays false).
from pyspark.sql import functions as F

CATALOG = ${py(model.catalog)}
BASE = f"/Volumes/{CATALOG}/ops/checkpoints"
${sources(model)}


def ingest(target, path, table):
    name = target.replace(".", "_")
    source = (
        spark.readStream.format("cloudFiles")
        .option("cloudFiles.format", "parquet")
        .option("cloudFiles.schemaLocation", f"{BASE}/{name}/schema")
        .option("cloudFiles.schemaEvolutionMode", "addNewColumns")
        .option("cloudFiles.schemaHints", ${py(SCHEMA_HINTS)})
        .option("cloudFiles.partitionColumns", "node,date")
        .option("cloudFiles.useManagedFileEvents", "true")
        .option("cloudFiles.maxFilesPerTrigger", "2000")
        .option("rescuedDataColumn", "_rescued_data")
        .load(path)
    )
    rows = source.select(
        "*",
        F.col("_metadata.file_path").alias("_source_file"),
        F.regexp_extract(F.col("_metadata.file_path"), ${py(EPOCH_PATTERN)}, 1).alias("_epoch"),
        F.lit(table).alias("_table"),
        F.current_timestamp().alias("_ingested_at"),
    )
    return (
        rows.writeStream.option("checkpointLocation", f"{BASE}/{name}/checkpoint")
        .option("mergeSchema", "true")
        .trigger(availableNow=True)
        .toTable(f"{CATALOG}.{target}")
    )


for target, path, table, _ in SOURCES:
    ingest(target, path, table).awaitTermination()
`
}

function bronze(model: HandoffModel): string {
  return `# Bronze: one streaming table per pipeline type and source table, rows as they landed.
from pyspark import pipelines as dp
from pyspark.sql import functions as F

${sources(model)}


def define(target, path, table):
    @dp.table(name=target, comment=f"Fieldgate objects under {path}")
    @dp.expect("has_lineage", "_node_id IS NOT NULL AND _row_id IS NOT NULL")
    def rows():
        source = (
            spark.readStream.format("cloudFiles")
            .option("cloudFiles.format", "parquet")
            .option("cloudFiles.schemaHints", ${py(SCHEMA_HINTS)})
            .option("cloudFiles.partitionColumns", "node,date")
            .option("cloudFiles.useManagedFileEvents", "true")
            .option("rescuedDataColumn", "_rescued_data")
            .load(path)
        )
        return source.select(
            "*",
            F.col("_metadata.file_path").alias("_source_file"),
            F.regexp_extract(F.col("_metadata.file_path"), ${py(EPOCH_PATTERN)}, 1).alias("_epoch"),
            F.lit(table).alias("_table"),
            F.current_timestamp().alias("_ingested_at"),
        )

    return rows


for target, path, table, _ in SOURCES:
    define(target, path, table)
`
}

function rowLandings(model: HandoffModel): readonly LandingTable[] {
  return model.landings.filter((landing) => landing.type === 'raw' || landing.type === 'schematized')
}

function silver(model: HandoffModel): string {
  const tables = [...Map.groupBy(rowLandings(model), (landing) => landing.table)]
  const body = tables.map(([table, landings]) => {
    const target = `silver.${toIdentifier(table)}`
    const flows = landings.map((landing) => `    (${py(bronzeTable(landing))}, ${py(landing.eventTimeColumn)}),`)
    return `define(${py(target)}, [\n${flows.join('\n')}\n])\n`
  })
  return `# Silver: one row per reading. A node may deliver a reading as raw and, after a switch, as schematized;
# node, epoch and row id name it, so both land once.
from pyspark import pipelines as dp
from pyspark.sql import functions as F

KEYS = ["_node_id", "_epoch", "_row_id"]


def define(target, flows):
    @dp.table(name=target)
    @dp.expect_or_drop("clean", "_rescued_data IS NULL")
    def rows():
        union = None
        for source, event_time in flows:
            part = spark.readStream.table(source).withColumn("event_time", F.col(event_time))
            union = part if union is None else union.unionByName(part, allowMissingColumns=True)
        return union.withWatermark("event_time", "2 days").dropDuplicatesWithinWatermark(KEYS)

    return rows


${body.join('\n')}`
}

function gold(model: HandoffModel): string {
  const aggregated = model.landings.filter((landing) => landing.type === 'aggregated')
  const emergency = model.landings.filter((landing) => landing.type === 'emergency')
  const windows = aggregated.map((landing) => {
    const name = `gold.${toIdentifier(landing.table)}_windows`
    return `@dp.materialized_view(name=${py(name)})
def ${toIdentifier(landing.table)}_windows():
    # Late rows arrive as further partials of a window; their sums merge, their means do not.
    return (
        spark.read.table(${py(bronzeTable(landing))})
        .groupBy("_node_id", "sensor_id", "window_start", "window_end")
        .agg(F.sum("row_count").alias("row_count"), F.sum("anomaly_count").alias("anomaly_count"), F.count("*").alias("partials"))
    )
`
  })
  const alerts = emergency.map((landing) => {
    const name = `gold.${toIdentifier(landing.table)}_alerts`
    return `@dp.materialized_view(name=${py(name)})
def ${toIdentifier(landing.table)}_alerts():
    return spark.read.table(${py(bronzeTable(landing))}).dropDuplicates(["_node_id", "_epoch", "_row_id"])
`
  })
  return `# Gold: merged windows and open alerts.
from pyspark import pipelines as dp
from pyspark.sql import functions as F


${[...windows, ...alerts].join('\n\n')}`
}
