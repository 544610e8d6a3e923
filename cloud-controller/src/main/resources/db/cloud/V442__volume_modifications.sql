-- What was last asked to change of a volume that is there, and whether it has.
create table volume_modification (
    volume_id varchar(64) primary key references volume on delete cascade,
    account_id varchar(12) not null,
    state varchar(16) not null check (state in ('modifying', 'completed', 'failed')),
    message varchar(1024) not null,
    original_size_gib integer not null,
    original_type varchar(16) not null,
    original_iops integer,
    target_size_gib integer not null,
    target_type varchar(16) not null,
    target_iops integer,
    started_at timestamptz not null,
    ended_at timestamptz
);
create index volume_modification_by_account on volume_modification (account_id, volume_id);

alter table volume add column auto_enable_io boolean not null default false;
