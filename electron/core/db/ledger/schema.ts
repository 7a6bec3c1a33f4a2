/**
 * The ledger's schema, one migration per version, applied in order. A released entry never changes: a new version is
 * a new entry. `PRAGMA user_version` holds the number of entries applied.
 */
export const LEDGER_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE epochs (
    node_id TEXT NOT NULL, table_name TEXT NOT NULL, epoch TEXT NOT NULL,
    ordinal INTEGER NOT NULL, first_seq INTEGER NOT NULL, file TEXT NOT NULL, started_at_ms INTEGER NOT NULL,
    ended_at_ms INTEGER,
    PRIMARY KEY (node_id, table_name, ordinal), UNIQUE (node_id, table_name, epoch)
  ) STRICT;
  CREATE TABLE anchors (
    node_id TEXT NOT NULL, table_name TEXT NOT NULL, epoch TEXT NOT NULL,
    sequence INTEGER NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (node_id, table_name, epoch, sequence)
  ) STRICT;
  CREATE TABLE cursors (
    node_id TEXT NOT NULL, table_name TEXT NOT NULL, epoch TEXT NOT NULL, route TEXT NOT NULL,
    claimed_seq INTEGER NOT NULL, acked_seq INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL,
    PRIMARY KEY (node_id, table_name, epoch, route)
  ) STRICT;
  CREATE TABLE lane_totals (
    node_id TEXT NOT NULL, table_name TEXT NOT NULL, epoch TEXT NOT NULL, route TEXT NOT NULL,
    executions INTEGER NOT NULL, read_rows INTEGER NOT NULL, bytes INTEGER NOT NULL,
    last_finished_ms INTEGER NOT NULL, newest_event_ms INTEGER,
    PRIMARY KEY (node_id, table_name, epoch, route)
  ) STRICT;
  CREATE TABLE month_bytes (month TEXT PRIMARY KEY, bytes INTEGER NOT NULL) STRICT;
  CREATE TABLE active_routes (
    node_id TEXT NOT NULL, table_name TEXT NOT NULL, epoch TEXT NOT NULL,
    route TEXT NOT NULL, pipeline_revision INTEGER NOT NULL,
    PRIMARY KEY (node_id, table_name, epoch)
  ) STRICT;
  CREATE TABLE gaps (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    node_id TEXT NOT NULL, table_name TEXT NOT NULL, epoch TEXT NOT NULL, route TEXT NOT NULL,
    from_seq INTEGER NOT NULL, to_seq INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL
  ) STRICT;
  CREATE INDEX gaps_by_lane ON gaps (node_id, table_name, epoch, route, from_seq);
  CREATE TABLE executions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    node_id TEXT NOT NULL, table_name TEXT NOT NULL, epoch TEXT NOT NULL, route TEXT NOT NULL,
    kind TEXT NOT NULL, state TEXT NOT NULL, pipeline_revision INTEGER NOT NULL, bucket TEXT NOT NULL,
    from_seq INTEGER NOT NULL, to_seq INTEGER NOT NULL, request TEXT NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0,
    read_rows INTEGER NOT NULL DEFAULT 0, kept_rows INTEGER NOT NULL DEFAULT 0,
    rejected_rows INTEGER NOT NULL DEFAULT 0, filtered_rows INTEGER NOT NULL DEFAULT 0,
    aggregated_rows INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, newest_event_ms INTEGER,
    claimed_at_ms INTEGER NOT NULL, finished_at_ms INTEGER,
    error_code TEXT, error_message TEXT, error_hint TEXT, failed_at_ms INTEGER, next_retry_ms INTEGER
  ) STRICT;
  CREATE INDEX executions_by_lane ON executions (node_id, table_name, epoch, route, from_seq);
  CREATE INDEX executions_open ON executions (node_id, id) WHERE state IN ('claimed', 'encoded');
  CREATE INDEX executions_finished ON executions (finished_at_ms) WHERE state = 'succeeded';
  CREATE INDEX executions_by_node ON executions (node_id, id);
  CREATE TABLE objects (
    execution_id INTEGER NOT NULL REFERENCES executions (id), bucket TEXT NOT NULL, object_key TEXT NOT NULL,
    event_date TEXT, from_seq INTEGER NOT NULL, to_seq INTEGER NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL, logical_hash TEXT NOT NULL, spool_path TEXT, etag TEXT, state TEXT NOT NULL,
    PRIMARY KEY (bucket, object_key)
  ) STRICT;
  CREATE INDEX objects_by_execution ON objects (execution_id);
  CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT, execution_id INTEGER NOT NULL REFERENCES executions (id),
    node_id TEXT NOT NULL, table_name TEXT NOT NULL, epoch TEXT NOT NULL, route TEXT NOT NULL,
    sequence INTEGER NOT NULL, reasons TEXT NOT NULL, row TEXT NOT NULL, at_ms INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'open',
    UNIQUE (node_id, table_name, epoch, route, sequence)
  ) STRICT;
  CREATE INDEX quarantine_open ON quarantine (node_id) WHERE state = 'open';
  CREATE TABLE replays (
    quarantine_id INTEGER PRIMARY KEY REFERENCES quarantine (id),
    execution_id INTEGER NOT NULL REFERENCES executions (id), is_rejected INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX replays_by_execution ON replays (execution_id);
  CREATE TABLE leases (
    node_id TEXT PRIMARY KEY, token TEXT NOT NULL, pid INTEGER NOT NULL, host TEXT NOT NULL,
    acquired_at_ms INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
    subject TEXT NOT NULL, before TEXT, after TEXT, reason TEXT
  ) STRICT;
  CREATE TABLE imports (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, at_ms INTEGER NOT NULL, note TEXT NOT NULL) STRICT;
  CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  `,
  // The settings a claim pins are kilobytes and seldom change: each text is kept once. Texts are never deleted, because
  // the proof reads every delivery by the settings it was made with.
  `
  CREATE TABLE requests (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
  INSERT INTO requests (text) SELECT DISTINCT request FROM executions;
  ALTER TABLE executions ADD COLUMN request_id INTEGER REFERENCES requests (id);
  UPDATE executions SET request_id = (SELECT id FROM requests WHERE text = executions.request);
  ALTER TABLE executions DROP COLUMN request;
  `,
  // Executions without an object are merged once they are old (see compact.ts): how many claims one stands for, where the
  // next look at a lane begins, and what a merged one is looked up by in quarantine.
  `
  ALTER TABLE executions ADD COLUMN claims INTEGER NOT NULL DEFAULT 1;
  CREATE INDEX quarantine_by_execution ON quarantine (execution_id);
  CREATE TABLE compacted (
    node_id TEXT NOT NULL, table_name TEXT NOT NULL, epoch TEXT NOT NULL, route TEXT NOT NULL,
    level INTEGER NOT NULL, from_seq INTEGER NOT NULL,
    PRIMARY KEY (node_id, table_name, epoch, route, level)
  ) STRICT;
  `,
]
