-- legacy-bios, uefi or uefi-preferred.
alter table image add column boot_mode varchar(16) not null default 'legacy-bios';
alter table instances add column boot_mode varchar(16) not null default 'legacy-bios';
