-- Each object is read once, by its path; Fieldgate never writes a path twice.
CREATE OR REFRESH STREAMING TABLE `edge_fleet`.bronze.sensor_readings_raw
AS SELECT *,
    _metadata.file_path AS _source_file,
    regexp_extract(_metadata.file_path, '([0-9a-z]+)-m?[0-9]{16}-m?[0-9]{16}[.]parquet$', 1) AS _epoch,
    'sensor_readings' AS _table,
    current_timestamp() AS _ingested_at
FROM STREAM read_files('s3://acme-databricks-raw-us-west-2/raw/table=sensor_readings', format => 'parquet',
  schemaHints => '_node_id STRING, _row_id BIGINT, _pipeline_type STRING, _pipeline_rev BIGINT, _extra STRING', fileNamePattern => '*.parquet');

CREATE OR REFRESH STREAMING TABLE `edge_fleet`.bronze.sensor_readings_schematized
AS SELECT *,
    _metadata.file_path AS _source_file,
    regexp_extract(_metadata.file_path, '([0-9a-z]+)-m?[0-9]{16}-m?[0-9]{16}[.]parquet$', 1) AS _epoch,
    'sensor_readings' AS _table,
    current_timestamp() AS _ingested_at
FROM STREAM read_files('s3://acme-databricks-schematized-us-west-2/schematized/table=sensor_readings', format => 'parquet',
  schemaHints => '_node_id STRING, _row_id BIGINT, _pipeline_type STRING, _pipeline_rev BIGINT, _extra STRING', fileNamePattern => '*.parquet');

CREATE OR REFRESH STREAMING TABLE `edge_fleet`.bronze.sensor_readings_aggregated
AS SELECT *,
    _metadata.file_path AS _source_file,
    regexp_extract(_metadata.file_path, '([0-9a-z]+)-m?[0-9]{16}-m?[0-9]{16}[.]parquet$', 1) AS _epoch,
    'sensor_readings' AS _table,
    current_timestamp() AS _ingested_at
FROM STREAM read_files('s3://acme-databricks-aggregated-us-west-2/aggregated/table=sensor_readings', format => 'parquet',
  schemaHints => '_node_id STRING, _row_id BIGINT, _pipeline_type STRING, _pipeline_rev BIGINT, _extra STRING', fileNamePattern => '*.parquet');

CREATE OR REFRESH STREAMING TABLE `edge_fleet`.bronze.sensor_readings_emergency
AS SELECT *,
    _metadata.file_path AS _source_file,
    regexp_extract(_metadata.file_path, '([0-9a-z]+)-m?[0-9]{16}-m?[0-9]{16}[.]parquet$', 1) AS _epoch,
    'sensor_readings' AS _table,
    current_timestamp() AS _ingested_at
FROM STREAM read_files('s3://acme-databricks-emergency-us-west-2/emergency/table=sensor_readings', format => 'parquet',
  schemaHints => '_node_id STRING, _row_id BIGINT, _pipeline_type STRING, _pipeline_rev BIGINT, _extra STRING', fileNamePattern => '*.parquet');

CREATE OR REPLACE VIEW `edge_fleet`.ops.fieldgate_ingested AS
SELECT _node_id, _table, _pipeline_type, _epoch, count(*) AS rows, count(DISTINCT _row_id) AS distinct_rows,
  count(DISTINCT _source_file) AS objects, max(_ingested_at) AS newest_ingest
FROM `edge_fleet`.bronze.sensor_readings_raw GROUP BY ALL
UNION ALL
SELECT _node_id, _table, _pipeline_type, _epoch, count(*) AS rows, count(DISTINCT _row_id) AS distinct_rows,
  count(DISTINCT _source_file) AS objects, max(_ingested_at) AS newest_ingest
FROM `edge_fleet`.bronze.sensor_readings_schematized GROUP BY ALL
UNION ALL
SELECT _node_id, _table, _pipeline_type, _epoch, count(*) AS rows, count(DISTINCT _row_id) AS distinct_rows,
  count(DISTINCT _source_file) AS objects, max(_ingested_at) AS newest_ingest
FROM `edge_fleet`.bronze.sensor_readings_aggregated GROUP BY ALL
UNION ALL
SELECT _node_id, _table, _pipeline_type, _epoch, count(*) AS rows, count(DISTINCT _row_id) AS distinct_rows,
  count(DISTINCT _source_file) AS objects, max(_ingested_at) AS newest_ingest
FROM `edge_fleet`.bronze.sensor_readings_emergency GROUP BY ALL;
