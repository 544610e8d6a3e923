-- Snapshots that were asked for together are taken at one moment. Empty: taken alone.
alter table snapshot add column moment_id varchar(64) not null default '';
alter table snapshot add column moment_size integer not null default 1;
