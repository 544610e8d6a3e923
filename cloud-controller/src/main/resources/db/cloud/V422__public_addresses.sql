-- Public IPv4 addresses, as numbers: elastic ones, those that came with a launch, and free ones to choose from.
CREATE TABLE public_addresses (
    address         bigint      PRIMARY KEY,
    -- NULL: free.
    account_id      varchar(12),
    -- NULL: not elastic, it goes with its interface.
    allocation_id   varchar(26) UNIQUE,
    association_id  varchar(27) UNIQUE,
    interface_id    varchar(21) REFERENCES network_interfaces (id),
    private_address bigint,
    -- The name that its user wishes for reverse look-ups.
    domain_name     varchar(255),
    freed_at        timestamptz,
    UNIQUE (interface_id, private_address)
);
CREATE INDEX public_addresses_free ON public_addresses (freed_at NULLS FIRST, address) WHERE account_id IS NULL;
CREATE INDEX public_addresses_by_account ON public_addresses (account_id, allocation_id);

-- The first address of the pool that no slice has had, in the only row.
CREATE TABLE public_address_slices (
    pool         varchar(18) PRIMARY KEY,
    next_address bigint      NOT NULL
);
