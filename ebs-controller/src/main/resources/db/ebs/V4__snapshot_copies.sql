-- What the object store has of snapshots. A row is written before the first byte is sent, and removed after the last one is.
create table snapshot_copy (
    snapshot_id varchar(32) primary key,
    -- The uppermost layer of the snapshot.
    layer varchar(16) not null,
    -- Whether it could be brought back from its copy.
    copied boolean not null default false,
    changed_at timestamptz not null
);

create table layer_copy (
    layer varchar(16) primary key,
    -- The layer right below; empty when there is none.
    below varchar(16) not null,
    file_bytes bigint not null,
    -- How many chunks from the file's beginning are there.
    chunks_done int not null default 0,
    stored_bytes bigint not null default 0,
    -- SHA-256 of the list of chunks, in hexadecimal; empty until that is there.
    manifest_sha256 varchar(64) not null default ''
);
