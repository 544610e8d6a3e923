-- Which disk of the object it is, when that is an archive of several.
alter table disk_task_disk add column archive_disk integer not null default 0;
-- What an imported image is booted by.
alter table disk_task add column boot_mode varchar(16) not null default 'legacy-bios';
