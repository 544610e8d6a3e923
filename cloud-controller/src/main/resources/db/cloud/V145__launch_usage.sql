-- What an account's instances take of its quotas, at most: what was counted once, and every launch since. Instances that end
-- are not taken off; they are when launches no longer fit below it, for then all is counted again. Without a row, too.
CREATE TABLE launch_usage (
    account_id varchar(12) PRIMARY KEY,
    instances  bigint      NOT NULL,
    vcpus      bigint      NOT NULL,
    memory_mib bigint      NOT NULL
);
