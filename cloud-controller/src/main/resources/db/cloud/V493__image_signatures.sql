-- The signature that its owner gave, base64; and the key that it was found to be of, by the SHA-256 of that.
alter table image add column signature varchar(512) not null default '';
alter table image add column signed_by varchar(64) not null default '';
