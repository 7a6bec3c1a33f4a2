-- Needs the storage credential acme-landing-ro: see rest/ and README.md, steps 1 to 3.
CREATE CATALOG IF NOT EXISTS `edge_fleet`;
CREATE SCHEMA IF NOT EXISTS `edge_fleet`.bronze;
CREATE SCHEMA IF NOT EXISTS `edge_fleet`.silver;
CREATE SCHEMA IF NOT EXISTS `edge_fleet`.gold;
CREATE SCHEMA IF NOT EXISTS `edge_fleet`.ops;
CREATE VOLUME IF NOT EXISTS `edge_fleet`.ops.checkpoints;

CREATE EXTERNAL LOCATION IF NOT EXISTS fieldgate_raw
  URL 's3://acme-databricks-raw-us-west-2/raw' WITH (STORAGE CREDENTIAL `acme-landing-ro`)
  COMMENT 'Fieldgate, pipeline type raw';
GRANT READ FILES ON EXTERNAL LOCATION fieldgate_raw TO `edge-ingest`;

CREATE EXTERNAL LOCATION IF NOT EXISTS fieldgate_schematized
  URL 's3://acme-databricks-schematized-us-west-2/schematized' WITH (STORAGE CREDENTIAL `acme-landing-ro`)
  COMMENT 'Fieldgate, pipeline type schematized';
GRANT READ FILES ON EXTERNAL LOCATION fieldgate_schematized TO `edge-ingest`;

CREATE EXTERNAL LOCATION IF NOT EXISTS fieldgate_aggregated
  URL 's3://acme-databricks-aggregated-us-west-2/aggregated' WITH (STORAGE CREDENTIAL `acme-landing-ro`)
  COMMENT 'Fieldgate, pipeline type aggregated';
GRANT READ FILES ON EXTERNAL LOCATION fieldgate_aggregated TO `edge-ingest`;

CREATE EXTERNAL LOCATION IF NOT EXISTS fieldgate_emergency
  URL 's3://acme-databricks-emergency-us-west-2/emergency' WITH (STORAGE CREDENTIAL `acme-landing-ro`)
  COMMENT 'Fieldgate, pipeline type emergency';
GRANT READ FILES ON EXTERNAL LOCATION fieldgate_emergency TO `edge-ingest`;
