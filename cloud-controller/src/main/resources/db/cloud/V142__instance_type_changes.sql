-- Sizes that the operator has given to instance types of the catalogue.
CREATE TABLE instance_type_changes (
    name       varchar(64) PRIMARY KEY,
    vcpus      integer NOT NULL,
    memory_mib bigint  NOT NULL,
    disk_gib   integer NOT NULL
);
