-- Snapshots that cannot be deleted for a time. A lock whose time is over stays, so that it is seen as expired.
create table snapshot_lock (
    snapshot_id varchar(64) primary key references snapshot (id) on delete cascade,
    mode varchar(16) not null check (mode in ('governance', 'compliance')),
    -- When it was locked, and from when on its time runs: a snapshot that is not completed yet is locked from its completion on.
    created_at timestamptz not null,
    -- Days from the start on; null when the end was given.
    duration_days integer,
    expires_at timestamptz,
    cool_off_hours integer,
    cool_off_until timestamptz,
    check ((duration_days is null) <> (expires_at is null))
);
