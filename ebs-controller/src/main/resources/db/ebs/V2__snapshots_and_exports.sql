-- Volumes until now were raw files that nothing could be written to: they are made again as layers.
update volume set state = 'CREATING' where state = 'AVAILABLE';

alter table volume add column snapshot_id varchar(32) not null default '';
-- As which export it should be served; empty: not at all. Whoever knows the name can write.
alter table volume add column export_name varchar(64) not null default '';
-- Where it is served since it was last brought to what is wanted.
alter table volume add column export_path text not null default '';

create table snapshot (
    snapshot_id varchar(32) primary key,
    generation bigint not null,
    desired_deleted boolean not null,
    account_id varchar(12) not null,
    volume_id varchar(32) not null,
    source_snapshot_id varchar(32) not null,
    state varchar(16) not null,
    error_message text not null default '',
    sequence bigint not null unique,
    changed_at timestamptz not null
);
create index snapshot_unfinished on snapshot (sequence) where state in ('PENDING', 'DELETING');
