-- Which instance profile an instance carries; at most one.
ALTER TABLE instances ADD COLUMN profile_arn            varchar(2048);
ALTER TABLE instances ADD COLUMN profile_id             varchar(64);
ALTER TABLE instances ADD COLUMN profile_association_id varchar(32);
ALTER TABLE instances ADD COLUMN profile_since          timestamptz;
CREATE INDEX instances_by_profile ON instances (account_id, profile_association_id)
    WHERE profile_association_id IS NOT NULL;
