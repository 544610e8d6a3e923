-- Elastic IP addresses that one account offers to another, and those that were taken.
create table address_transfer (
    -- The allocation that the offering account has, or had.
    allocation_id varchar(26) primary key,
    address bigint not null,
    from_account varchar(12) not null,
    to_account varchar(12) not null,
    expires_at timestamptz not null,
    accepted_at timestamptz
);
create index address_transfer_from on address_transfer (from_account, allocation_id);
create index address_transfer_to on address_transfer (to_account, address);
