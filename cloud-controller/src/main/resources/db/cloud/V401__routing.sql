-- Route tables, gateways, network ACLs and DHCP options.

CREATE TABLE route_tables (
    id         varchar(21) PRIMARY KEY,
    account_id varchar(12) NOT NULL,
    vpc_id     varchar(21) NOT NULL REFERENCES vpcs (id) ON DELETE CASCADE,
    -- Set in the VPC's main table only: it decides for subnets that were given none.
    main_association_id varchar(26) UNIQUE,
    created_at timestamptz NOT NULL
);
CREATE INDEX route_tables_by_account ON route_tables (account_id, id);
CREATE INDEX route_tables_by_vpc ON route_tables (vpc_id);

-- Without the local routes of the VPC's own ranges.
CREATE TABLE routes (
    route_table_id varchar(21) NOT NULL REFERENCES route_tables (id) ON DELETE CASCADE,
    destination    varchar(43) NOT NULL,
    target_id      varchar(32) NOT NULL,
    PRIMARY KEY (route_table_id, destination)
);
CREATE INDEX routes_by_target ON routes (target_id);

CREATE TABLE internet_gateways (
    id         varchar(21) PRIMARY KEY,
    account_id varchar(12) NOT NULL,
    vpc_id     varchar(21) UNIQUE REFERENCES vpcs (id),
    created_at timestamptz NOT NULL
);
CREATE INDEX internet_gateways_by_account ON internet_gateways (account_id, id);

CREATE TABLE egress_only_internet_gateways (
    id         varchar(22) PRIMARY KEY,
    account_id varchar(12) NOT NULL,
    vpc_id     varchar(21) NOT NULL REFERENCES vpcs (id),
    created_at timestamptz NOT NULL
);
CREATE INDEX egress_only_internet_gateways_by_account ON egress_only_internet_gateways (account_id, id);
CREATE INDEX egress_only_internet_gateways_by_vpc ON egress_only_internet_gateways (vpc_id);

CREATE TABLE network_acls (
    id         varchar(21) PRIMARY KEY,
    account_id varchar(12) NOT NULL,
    vpc_id     varchar(21) NOT NULL REFERENCES vpcs (id) ON DELETE CASCADE,
    is_default boolean     NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX network_acls_by_account ON network_acls (account_id, id);
CREATE INDEX network_acls_by_vpc ON network_acls (vpc_id);
CREATE UNIQUE INDEX network_acls_default ON network_acls (vpc_id) WHERE is_default;

-- Without the last entry of each direction, which denies what no other allowed.
CREATE TABLE network_acl_entries (
    network_acl_id varchar(21) NOT NULL REFERENCES network_acls (id) ON DELETE CASCADE,
    egress         boolean     NOT NULL,
    rule_number    integer     NOT NULL,
    allow          boolean     NOT NULL,
    -- Number of IP's protocol, -1 for all.
    protocol       integer     NOT NULL,
    -- First and last port, or ICMP type and code; -1 for all.
    from_port      integer     NOT NULL,
    to_port        integer     NOT NULL,
    cidr_block     varchar(43) NOT NULL,
    PRIMARY KEY (network_acl_id, egress, rule_number)
);

CREATE TABLE dhcp_options (
    id         varchar(22) PRIMARY KEY,
    account_id varchar(12) NOT NULL,
    -- The set that new VPCs get.
    is_default boolean     NOT NULL,
    -- Lists of values, each separated by commas; NULL when the option is not given.
    domain_name         varchar(255),
    domain_name_servers varchar(255),
    ntp_servers         varchar(255),
    created_at timestamptz NOT NULL
);
CREATE INDEX dhcp_options_by_account ON dhcp_options (account_id, id);
CREATE UNIQUE INDEX dhcp_options_default ON dhcp_options (account_id) WHERE is_default;
