-- Volumes that several instances have at a time. Each attachment is served under a name of its own.
alter table volume add column multi_attach boolean not null default false;
alter table volume_attachment add column export_name varchar(64) not null default '';
update volume_attachment set export_name = volume.export_name from volume where volume.id = volume_attachment.volume_id;
alter table volume drop column export_name;
alter table volume_attachment drop constraint volume_attachment_pkey;
alter table volume_attachment add primary key (volume_id, instance_id);
alter table volume_modification add column original_multi_attach boolean not null default false;
alter table volume_modification add column target_multi_attach boolean not null default false;
