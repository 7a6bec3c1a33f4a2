# Bronze: one streaming table per pipeline type and source table, rows as they landed.
from pyspark import pipelines as dp
from pyspark.sql import functions as F

SOURCES = [
    ("bronze.sensor_readings_raw", "s3://acme-databricks-raw-us-west-2/raw/table=sensor_readings", "sensor_readings", "timestamp"),
    ("bronze.sensor_readings_schematized", "s3://acme-databricks-schematized-us-west-2/schematized/table=sensor_readings", "sensor_readings", "timestamp"),
    ("bronze.sensor_readings_aggregated", "s3://acme-databricks-aggregated-us-west-2/aggregated/table=sensor_readings", "sensor_readings", "timestamp"),
    ("bronze.sensor_readings_emergency", "s3://acme-databricks-emergency-us-west-2/emergency/table=sensor_readings", "sensor_readings", "timestamp"),
]


def define(target, path, table):
    @dp.table(name=target, comment=f"Fieldgate objects under {path}")
    @dp.expect("has_lineage", "_node_id IS NOT NULL AND _row_id IS NOT NULL")
    def rows():
        source = (
            spark.readStream.format("cloudFiles")
            .option("cloudFiles.format", "parquet")
            .option("cloudFiles.schemaHints", "_node_id STRING, _row_id BIGINT, _pipeline_type STRING, _pipeline_rev BIGINT, _extra STRING")
            .option("cloudFiles.partitionColumns", "node,date")
            .option("cloudFiles.useManagedFileEvents", "true")
            .option("rescuedDataColumn", "_rescued_data")
            .load(path)
        )
        return source.select(
            "*",
            F.col("_metadata.file_path").alias("_source_file"),
            F.regexp_extract(F.col("_metadata.file_path"), "([0-9a-z]+)-m?[0-9]{16}-m?[0-9]{16}[.]parquet$", 1).alias("_epoch"),
            F.lit(table).alias("_table"),
            F.current_timestamp().alias("_ingested_at"),
        )

    return rows


for target, path, table, _ in SOURCES:
    define(target, path, table)
