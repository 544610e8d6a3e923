-- Disks that lie on an instance's host, as its mapping names them: name=device=MiB, separated by blanks.
alter table instances add column local_disks varchar(4096) not null default '';
-- The same of an image, without sizes: those are the instance type's.
alter table image add column local_disks varchar(2048) not null default '';
