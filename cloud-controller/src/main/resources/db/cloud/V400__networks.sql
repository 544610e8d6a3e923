-- Virtual private clouds and their subnets.

-- Accounts that have been given their default network; they may have deleted it since.
CREATE TABLE network_accounts (
    id       varchar(12) PRIMARY KEY,
    given_at timestamptz NOT NULL
);

CREATE TABLE vpcs (
    id              varchar(21)  PRIMARY KEY,
    account_id      varchar(12)  NOT NULL,
    is_default      boolean      NOT NULL,
    tenancy         varchar(16)  NOT NULL,
    -- NULL: no options at all, which a VPC gets by associating "default".
    dhcp_options_id varchar(22),
    dns_support     boolean      NOT NULL,
    dns_hostnames   boolean      NOT NULL,
    usage_metrics   boolean      NOT NULL,
    vni             integer      NOT NULL,
    created_at      timestamptz  NOT NULL
);
CREATE INDEX vpcs_by_account ON vpcs (account_id, id);
CREATE UNIQUE INDEX vpcs_default ON vpcs (account_id) WHERE is_default;
CREATE INDEX vpcs_by_dhcp_options ON vpcs (dhcp_options_id);

-- The ranges of VPCs, the primary one first.
CREATE TABLE vpc_cidr_blocks (
    association_id varchar(40) PRIMARY KEY,
    vpc_id         varchar(21) NOT NULL REFERENCES vpcs (id) ON DELETE CASCADE,
    cidr_block     varchar(43) NOT NULL,
    ipv6           boolean     NOT NULL,
    place          bigint      GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX vpc_cidr_blocks_by_vpc ON vpc_cidr_blocks (vpc_id, place);
-- All IPv6 ranges come from one pool.
CREATE UNIQUE INDEX vpc_cidr_blocks_ipv6 ON vpc_cidr_blocks (cidr_block) WHERE ipv6;

CREATE TABLE subnets (
    id                  varchar(24)  PRIMARY KEY,
    account_id          varchar(12)  NOT NULL,
    vpc_id              varchar(21)  NOT NULL REFERENCES vpcs (id) ON DELETE CASCADE,
    zone                varchar(64)  NOT NULL,
    cidr_block          varchar(18)  NOT NULL,
    ipv6_association_id varchar(40),
    ipv6_cidr_block     varchar(43),
    vni                 integer      NOT NULL,
    default_for_zone    boolean      NOT NULL,
    map_public_ip       boolean      NOT NULL,
    assign_ipv6         boolean      NOT NULL,
    dns64               boolean      NOT NULL,
    hostname_type       varchar(16)  NOT NULL,
    a_record            boolean      NOT NULL,
    aaaa_record         boolean      NOT NULL,
    -- The table that the subnet was given; NULL: the VPC's main one.
    route_table_id             varchar(21),
    route_table_association_id varchar(26),
    network_acl_id             varchar(21),
    network_acl_association_id varchar(26),
    created_at          timestamptz  NOT NULL
);
CREATE INDEX subnets_by_account ON subnets (account_id, id);
CREATE INDEX subnets_by_vpc ON subnets (vpc_id);
CREATE UNIQUE INDEX subnets_default ON subnets (vpc_id, zone) WHERE default_for_zone;
CREATE UNIQUE INDEX subnets_by_route_table_association ON subnets (route_table_association_id);
CREATE UNIQUE INDEX subnets_by_network_acl_association ON subnets (network_acl_association_id);
CREATE INDEX subnets_by_route_table ON subnets (route_table_id);
CREATE INDEX subnets_by_network_acl ON subnets (network_acl_id);

-- Numbers of segments that are in use: of VPCs, subnets and peerings.
CREATE TABLE network_segments (
    vni      integer     PRIMARY KEY,
    owner_id varchar(32) NOT NULL UNIQUE
);
CREATE SEQUENCE network_segment_numbers AS integer MINVALUE 1 MAXVALUE 16777215 CYCLE;

-- Which VPCs hosts must be told of. A row outlives its VPC, so that those who look seldom learn that it is gone.
CREATE TABLE vpc_generations (
    vpc_id     varchar(21) PRIMARY KEY,
    generation bigint      NOT NULL,
    -- The transaction that changed it last: readers ask for all from the oldest that was open when they looked before.
    changed_in bigint      NOT NULL,
    changed_at timestamptz NOT NULL,
    deleted    boolean     NOT NULL
);
CREATE INDEX vpc_generations_by_change ON vpc_generations (changed_in);
CREATE INDEX vpc_generations_deleted ON vpc_generations (changed_at) WHERE deleted;
CREATE SEQUENCE network_generations AS bigint;
