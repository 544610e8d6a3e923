-- Snapshots of one moment are taken together, once all of them are known. Empty: taken alone.
alter table snapshot add column moment_id varchar(64) not null default '';
alter table snapshot add column moment_size int not null default 1 check (moment_size >= 1);
create index snapshot_moment on snapshot (moment_id) where moment_id <> '';
