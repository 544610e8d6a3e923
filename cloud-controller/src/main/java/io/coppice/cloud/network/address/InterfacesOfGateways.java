package io.coppice.cloud.network.address;

import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.natgateway.GatewayAddresses;
import io.coppice.cloud.network.networkinterface.NetworkInterfaces;
import io.coppice.cloud.network.networkinterface.NewInterface;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;

/** Gives NAT gateways an interface of their own, and a public one its elastic address. Thread-safe. */
@ApplicationScoped
class InterfacesOfGateways implements GatewayAddresses {
    private static final String KIND = "nat_gateway";
    private static final String DESCRIPTION = "Interface for NAT Gateway ";

    private final NetworkInterfaces interfaces;
    private final PublicAddresses addresses;

    InterfacesOfGateways(NetworkInterfaces interfaces, PublicAddresses addresses) {
        this.interfaces = interfaces;
        this.addresses = addresses;
    }

    @Override
    public Held take(EntityManager entities, AccountId account, Wanted wanted) {
        var any = NewInterface.Addresses.ANY;
        var made = interfaces
                .make(
                        entities,
                        wanted.subnet(),
                        List.of(new NewInterface(
                                List.of(),
                                wanted.privateIp() == null
                                        ? any
                                        : new NewInterface.Addresses(wanted.privateIp(), List.of(), 0, List.of(), 0),
                                DESCRIPTION + wanted.natGatewayId(),
                                false,
                                KIND,
                                wanted.natGatewayId(),
                                null)))
                .getFirst();
        var allocationId = wanted.allocationId();
        if (allocationId == null) {
            return new Held(made.primaryIp(), made.id(), null, null);
        }
        NetworkKind.ELASTIC_IP.check(allocationId);
        var address = addresses
                .change(entities, account, "allocation_id", allocationId)
                .orElseThrow(() -> NetworkKind.ELASTIC_IP.notFound(allocationId));
        if (address.interfaceId() != null) {
            throw AddressErrors.alreadyAssociated(allocationId, String.valueOf(address.associationId()));
        }
        var association = NetworkKind.newId(PublicAddresses.ASSOCIATION_PREFIX);
        addresses.associate(
                entities,
                allocationId,
                association,
                new PublicAddresses.Wanted(account.value(), made.id(), made.primaryIp()));
        return new Held(made.primaryIp(), made.id(), association, address.ip());
    }

    @Override
    public void release(EntityManager entities, AccountId account, String natGatewayId) {
        PlainSql.query(
                        entities,
                        "select id from network_interfaces where requester_id = ? and account_id = ?",
                        row -> row.getString(1),
                        natGatewayId,
                        account.value())
                .forEach(id -> interfaces.delete(entities, account, id));
    }
}
