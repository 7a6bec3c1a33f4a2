# Silver: one row per reading. A node may deliver a reading as raw and, after a switch, as schematized;
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


define("silver.sensor_readings", [
    ("bronze.sensor_readings_raw", "timestamp"),
    ("bronze.sensor_readings_schematized", "timestamp"),
])
