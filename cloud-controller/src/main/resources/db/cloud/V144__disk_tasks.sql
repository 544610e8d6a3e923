-- Imports and exports of disks: from objects to snapshots and images, and back.
create table disk_task (
    id varchar(64) primary key,
    account_id varchar(12) not null,
    kind varchar(16) not null check (kind in ('import-image', 'import-snapshot', 'export-image')),
    state varchar(16) not null check (state in ('active', 'deleting', 'completed', 'deleted', 'error')),
    -- The state that it has once what it made is cleared away.
    outcome varchar(16) not null check (outcome in ('completed', 'deleted', 'error')),
    message varchar(1024) not null,
    description varchar(255) not null,
    platform varchar(32),
    license_type varchar(32),
    -- Who asked for it, and credentials with his rights, sealed.
    actor varchar(2048) not null,
    credentials bytea not null,
    -- The image that is exported, or that an import has made.
    image_id varchar(64),
    -- Where an export goes.
    bucket varchar(255),
    prefix varchar(1024),
    upload_id varchar(255),
    created_at timestamptz not null,
    ended_at timestamptz
);
create index disk_task_by_account on disk_task (account_id, kind, id);
create index disk_task_under_way on disk_task (created_at) where state in ('active', 'deleting');
create index disk_task_ended on disk_task (ended_at) where ended_at is not null;

-- The disks of a task: several of an imported image, one otherwise.
create table disk_task_disk (
    -- The task's id and a number; what the EBS controller calls the transfer.
    id varchar(64) primary key,
    task_id varchar(64) not null references disk_task (id) on delete cascade,
    position integer not null,
    step varchar(16) not null check (step in ('fetching', 'filling', 'keeping', 'exporting', 'done')),
    percent integer not null,
    -- The object that it comes from or goes to; null when an import names a snapshot instead.
    bucket varchar(255),
    object_key varchar(1024),
    url varchar(2048),
    format varchar(16),
    description varchar(255) not null,
    device varchar(64) not null,
    -- What it has become, or what it was from the beginning.
    snapshot_id varchar(64),
    snapshot_made boolean not null,
    -- The volume that it is written to before it is a snapshot.
    volume_id varchar(64),
    size_gib integer not null,
    file_bytes bigint not null,
    attempts integer not null,
    next_at timestamptz not null
);
create index disk_task_disk_by_task on disk_task_disk (task_id, position);
