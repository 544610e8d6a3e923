-- Volumes that several instances have at a time: export_name holds the names of all of their exports, with spaces between them.
alter table volume alter column export_name type text;
alter table volume add column shared boolean not null default false;
