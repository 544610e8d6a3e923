-- Whether the metadata service answers the instance at its address of IPv6, too.

ALTER TABLE instances ADD COLUMN metadata_ipv6 boolean NOT NULL DEFAULT false;
