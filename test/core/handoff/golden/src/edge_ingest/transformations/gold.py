# Gold: merged windows and open alerts.
from pyspark import pipelines as dp
from pyspark.sql import functions as F


@dp.materialized_view(name="gold.sensor_readings_windows")
def sensor_readings_windows():
    # Late rows arrive as further partials of a window; their sums merge, their means do not.
    return (
        spark.read.table("bronze.sensor_readings_aggregated")
        .groupBy("_node_id", "sensor_id", "window_start", "window_end")
        .agg(F.sum("row_count").alias("row_count"), F.sum("anomaly_count").alias("anomaly_count"), F.count("*").alias("partials"))
    )


@dp.materialized_view(name="gold.sensor_readings_alerts")
def sensor_readings_alerts():
    return spark.read.table("bronze.sensor_readings_emergency").dropDuplicates(["_node_id", "_epoch", "_row_id"])
