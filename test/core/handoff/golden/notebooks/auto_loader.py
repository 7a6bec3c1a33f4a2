# Databricks notebook source
# Auto Loader over the prefixes that Fieldgate writes. Run as a job with trigger "file arrival", or by hand.
# Each object is ingested once, by its path; a changed file under an old path is ignored (allowOverwrites stays false).
from pyspark.sql import functions as F

CATALOG = "edge_fleet"
BASE = f"/Volumes/{CATALOG}/ops/checkpoints"
SOURCES = [
    ("bronze.sensor_readings_raw", "s3://acme-databricks-raw-us-west-2/raw/table=sensor_readings", "sensor_readings", "timestamp"),
    ("bronze.sensor_readings_schematized", "s3://acme-databricks-schematized-us-west-2/schematized/table=sensor_readings", "sensor_readings", "timestamp"),
    ("bronze.sensor_readings_aggregated", "s3://acme-databricks-aggregated-us-west-2/aggregated/table=sensor_readings", "sensor_readings", "timestamp"),
    ("bronze.sensor_readings_emergency", "s3://acme-databricks-emergency-us-west-2/emergency/table=sensor_readings", "sensor_readings", "timestamp"),
]


def ingest(target, path, table):
    name = target.replace(".", "_")
    source = (
        spark.readStream.format("cloudFiles")
        .option("cloudFiles.format", "parquet")
        .option("cloudFiles.schemaLocation", f"{BASE}/{name}/schema")
        .option("cloudFiles.schemaEvolutionMode", "addNewColumns")
        .option("cloudFiles.schemaHints", "_node_id STRING, _row_id BIGINT, _pipeline_type STRING, _pipeline_rev BIGINT, _extra STRING")
        .option("cloudFiles.partitionColumns", "node,date")
        .option("cloudFiles.useManagedFileEvents", "true")
        .option("cloudFiles.maxFilesPerTrigger", "2000")
        .option("rescuedDataColumn", "_rescued_data")
        .load(path)
    )
    rows = source.select(
        "*",
        F.col("_metadata.file_path").alias("_source_file"),
        F.regexp_extract(F.col("_metadata.file_path"), "([0-9a-z]+)-m?[0-9]{16}-m?[0-9]{16}[.]parquet$", 1).alias("_epoch"),
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
