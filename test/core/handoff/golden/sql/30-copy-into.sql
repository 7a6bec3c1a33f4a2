-- For small or occasional loads. A file once loaded is skipped, even if it changed.
CREATE TABLE IF NOT EXISTS `edge_fleet`.bronze.sensor_readings_raw_copy;
COPY INTO `edge_fleet`.bronze.sensor_readings_raw_copy
FROM (SELECT *, _metadata.file_path AS _source_file FROM 's3://acme-databricks-raw-us-west-2/raw/table=sensor_readings/')
FILEFORMAT = PARQUET FORMAT_OPTIONS ('mergeSchema' = 'true') COPY_OPTIONS ('mergeSchema' = 'true');

CREATE TABLE IF NOT EXISTS `edge_fleet`.bronze.sensor_readings_schematized_copy;
COPY INTO `edge_fleet`.bronze.sensor_readings_schematized_copy
FROM (SELECT *, _metadata.file_path AS _source_file FROM 's3://acme-databricks-schematized-us-west-2/schematized/table=sensor_readings/')
FILEFORMAT = PARQUET FORMAT_OPTIONS ('mergeSchema' = 'true') COPY_OPTIONS ('mergeSchema' = 'true');

CREATE TABLE IF NOT EXISTS `edge_fleet`.bronze.sensor_readings_aggregated_copy;
COPY INTO `edge_fleet`.bronze.sensor_readings_aggregated_copy
FROM (SELECT *, _metadata.file_path AS _source_file FROM 's3://acme-databricks-aggregated-us-west-2/aggregated/table=sensor_readings/')
FILEFORMAT = PARQUET FORMAT_OPTIONS ('mergeSchema' = 'true') COPY_OPTIONS ('mergeSchema' = 'true');

CREATE TABLE IF NOT EXISTS `edge_fleet`.bronze.sensor_readings_emergency_copy;
COPY INTO `edge_fleet`.bronze.sensor_readings_emergency_copy
FROM (SELECT *, _metadata.file_path AS _source_file FROM 's3://acme-databricks-emergency-us-west-2/emergency/table=sensor_readings/')
FILEFORMAT = PARQUET FORMAT_OPTIONS ('mergeSchema' = 'true') COPY_OPTIONS ('mergeSchema' = 'true');
