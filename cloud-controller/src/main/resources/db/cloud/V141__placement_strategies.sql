-- Groups that spread, pack or divide their instances. Those that are there spread.
ALTER TABLE placement_groups ADD COLUMN strategy        varchar(9) NOT NULL DEFAULT 'spread';
ALTER TABLE placement_groups ADD COLUMN partition_count integer    NOT NULL DEFAULT 0;

ALTER TABLE instances ADD COLUMN placement_strategy  varchar(9);
ALTER TABLE instances ADD COLUMN placement_partition integer;
UPDATE instances SET placement_strategy = 'spread', placement_partition = 0 WHERE placement_group_id IS NOT NULL;
