-- Groups of instances that must not share a host.
CREATE TABLE placement_groups (
    id         varchar(20)  PRIMARY KEY,
    account_id varchar(12)  NOT NULL,
    name       varchar(255) NOT NULL,
    created_at timestamptz  NOT NULL,
    UNIQUE (account_id, name)
);

ALTER TABLE instances ADD COLUMN placement_group_id   varchar(20);
ALTER TABLE instances ADD COLUMN placement_group_name varchar(255);
CREATE INDEX instances_by_placement_group ON instances (placement_group_id) WHERE placement_group_id IS NOT NULL;
