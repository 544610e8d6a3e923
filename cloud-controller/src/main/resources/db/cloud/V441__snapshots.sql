-- Snapshots as users want them and as the EBS controller last reported them. A deleted one's row goes when it is gone there.
create table snapshot (
    id varchar(64) primary key,
    account_id varchar(12) not null,
    -- What it is of; the volume may be gone. A copy of a snapshot has none.
    volume_id varchar(64) not null,
    source_snapshot_id varchar(64),
    size_gib integer not null,
    description varchar(255) not null,
    state varchar(16) not null check (state in ('pending', 'completed', 'error', 'deleting')),
    error_message varchar(1024) not null,
    generation bigint not null,
    -- Whether the EBS controller has reported this generation.
    settled boolean not null,
    is_public boolean not null default false,
    started_at timestamptz not null,
    completed_at timestamptz
);
create index snapshot_by_account on snapshot (account_id, id);
create index snapshot_public on snapshot (id) where is_public;
create index snapshot_unsettled on snapshot (started_at) where not settled;

create table snapshot_volume_permission (
    snapshot_id varchar(64) not null references snapshot on delete cascade,
    account_id varchar(12) not null,
    primary key (snapshot_id, account_id)
);
create index snapshot_volume_permission_by_account on snapshot_volume_permission (account_id);
