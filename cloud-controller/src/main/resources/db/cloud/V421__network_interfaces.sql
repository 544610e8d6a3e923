-- Network interfaces, their groups and their private addresses.

CREATE TABLE network_interfaces (
    id                    varchar(21)  PRIMARY KEY,
    account_id            varchar(12)  NOT NULL,
    vpc_id                varchar(21)  NOT NULL REFERENCES vpcs (id),
    subnet_id             varchar(24)  NOT NULL REFERENCES subnets (id),
    zone                  varchar(64)  NOT NULL,
    mac                   varchar(17)  NOT NULL,
    description           varchar(255) NOT NULL,
    source_dest_check     boolean      NOT NULL,
    -- interface, nat_gateway
    kind                  varchar(32)  NOT NULL,
    -- What manages it instead of its user; NULL: nothing.
    requester_id          varchar(64),
    created_at            timestamptz  NOT NULL,
    attachment_id         varchar(28)  UNIQUE,
    instance_id           varchar(19),
    device_index          integer      NOT NULL,
    attached_at           timestamptz,
    delete_on_termination boolean      NOT NULL,
    UNIQUE (instance_id, device_index)
);
CREATE INDEX network_interfaces_by_account ON network_interfaces (account_id, id);
CREATE INDEX network_interfaces_by_subnet ON network_interfaces (subnet_id);
CREATE INDEX network_interfaces_by_vpc ON network_interfaces (vpc_id);

CREATE TABLE network_interface_groups (
    interface_id varchar(21) NOT NULL REFERENCES network_interfaces (id) ON DELETE CASCADE,
    group_id     varchar(20) NOT NULL REFERENCES security_groups (id),
    place        bigint      NOT NULL,
    PRIMARY KEY (interface_id, group_id)
);
CREATE INDEX network_interface_groups_by_group ON network_interface_groups (group_id);

-- Private IPv4 addresses, as numbers: those in use, and free ones to choose from. Rows are made slice by slice.
CREATE TABLE subnet_addresses (
    subnet_id    varchar(24) NOT NULL REFERENCES subnets (id) ON DELETE CASCADE,
    address      bigint      NOT NULL,
    -- NULL: free.
    interface_id varchar(21),
    -- 0 for the interface's primary address.
    place        bigint      NOT NULL DEFAULT 0,
    freed_at     timestamptz,
    PRIMARY KEY (subnet_id, address)
);
CREATE INDEX subnet_addresses_free ON subnet_addresses (subnet_id, freed_at NULLS FIRST, address)
    WHERE interface_id IS NULL;
CREATE INDEX subnet_addresses_by_interface ON subnet_addresses (interface_id) WHERE interface_id IS NOT NULL;

-- The first address of each subnet that no slice has had.
CREATE TABLE subnet_address_slices (
    subnet_id    varchar(24) PRIMARY KEY REFERENCES subnets (id) ON DELETE CASCADE,
    next_address bigint      NOT NULL
);

CREATE TABLE network_interface_ipv6 (
    subnet_id    varchar(24) NOT NULL REFERENCES subnets (id),
    address      varchar(39) NOT NULL,
    interface_id varchar(21) NOT NULL REFERENCES network_interfaces (id) ON DELETE CASCADE,
    place        bigint      GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (subnet_id, address)
);
CREATE INDEX network_interface_ipv6_by_interface ON network_interface_ipv6 (interface_id);
