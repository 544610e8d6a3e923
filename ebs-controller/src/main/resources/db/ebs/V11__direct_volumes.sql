-- Volumes that whoever has them opens himself, where their bytes are.
alter table volume add column direct boolean not null default false;
