-- The outbox: one row for every change, written in the change's own transaction.
CREATE TABLE events (
    id          bigint       GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The writing transaction. A row may be read once every transaction below pg_snapshot_xmin has ended, so that a
    -- reader that resumes never misses a row that was committed late.
    xid         xid8         NOT NULL DEFAULT pg_current_xact_id(),
    at          timestamptz  NOT NULL,
    kind        varchar(64)  NOT NULL,
    resource_id varchar(255) NOT NULL,
    account_id  varchar(12)  NOT NULL,
    trigger     varchar(64)  NOT NULL,
    actor       varchar(255) NOT NULL,
    request_id  varchar(64)  NOT NULL,
    summary     varchar(1024) NOT NULL,
    facts       jsonb        NOT NULL
);
CREATE INDEX events_by_transaction ON events (xid, id);
CREATE INDEX events_by_time ON events (at);
CREATE INDEX events_by_resource ON events (resource_id, id);

-- How far each relay has come.
CREATE TABLE event_cursors (
    name     varchar(64)  PRIMARY KEY,
    position varchar(128) NOT NULL
);
