-- Whether the resolver of its VPC knows an instance by its resource name: with its private address, with its first one of IPv6.

ALTER TABLE instances ADD COLUMN resource_name_a    boolean NOT NULL DEFAULT false;
ALTER TABLE instances ADD COLUMN resource_name_aaaa boolean NOT NULL DEFAULT false;
