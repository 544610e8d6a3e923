-- The outbox: one row for every change, written in the change's own transaction.
CREATE TABLE events (
    id          bigint       GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Where readers find it; null until it was committed and put in line. Ids will not do: they are given before the
    -- commit, so a reader that has seen 8 could later find 7. Nor will transaction numbers: of two changes of one
    -- resource the later one may have the lower number.
    position    bigint       UNIQUE,
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
CREATE INDEX events_not_in_line ON events (id) WHERE position IS NULL;
CREATE INDEX events_by_account ON events (account_id, position);
CREATE INDEX events_by_time ON events (at);
CREATE INDEX events_by_resource ON events (resource_id, id);

-- The last position given; its row lock is the right to give more.
CREATE TABLE event_line (
    one  smallint PRIMARY KEY CHECK (one = 1),
    last bigint   NOT NULL
);
INSERT INTO event_line (one, last) VALUES (1, 0);

-- How far each relay has come.
CREATE TABLE event_cursors (
    name     varchar(64)  PRIMARY KEY,
    position varchar(128) NOT NULL
);
