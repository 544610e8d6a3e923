package io.coppice.cloud.network.address;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.tag.TagRules;
import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AllocateAddressRequest;
import software.amazon.awssdk.services.ec2.model.AllocateAddressResponse;
import software.amazon.awssdk.services.ec2.model.ReleaseAddressRequest;
import software.amazon.awssdk.services.ec2.model.ReleaseAddressResponse;

/** AllocateAddress and ReleaseAddress. Thread-safe. */
@ApplicationScoped
class AddressActions implements ActionModule {
    static final String POOL = "amazon";
    static final String DOMAIN = "vpc";
    private static final NetworkKind KIND = NetworkKind.ELASTIC_IP;

    private final NetworkLedger ledger;
    private final PublicAddresses addresses;
    private final AddressConfig config;
    private final SiteConfig site;

    AddressActions(NetworkLedger ledger, PublicAddresses addresses, AddressConfig config, SiteConfig site) {
        this.ledger = ledger;
        this.addresses = addresses;
        this.config = config;
        this.site = site;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "AllocateAddress", AllocateAddressRequest::builder, this::allocate);
        registry.add(Service.EC2, "ReleaseAddress", ReleaseAddressRequest::builder, this::release);
    }

    AllocateAddressResponse allocate(RequestContext context, AllocateAddressRequest request) {
        check(request);
        var wanted = TagRules.of(request.tagSpecifications(), KIND.resourceType());
        return ledger.call(context, entities -> {
            PlainSql.lock(entities, "elastic addresses " + context.account());
            if (addresses.elastic(entities, context.account()).size() >= config.maxElasticPerAccount()) {
                throw AddressErrors.tooMany(config.maxElasticPerAccount());
            }
            var id = KIND.newId();
            var ip = take(entities, context, id, request.address());
            ledger.made(context, KIND, id, wanted, Map.of("address", ip));
            return AllocateAddressResponse.builder()
                    .allocationId(id)
                    .publicIp(ip)
                    .domain(DOMAIN)
                    .publicIpv4Pool(POOL)
                    .networkBorderGroup(site.region())
                    .build();
        });
    }

    private void check(AllocateAddressRequest request) {
        var domain = request.domainAsString();
        // "standard" was another kind of network once; today's clouds give what a VPC has for it.
        if (domain != null && !domain.equals(DOMAIN) && !domain.equals("standard")) {
            throw NetworkErrors.invalid("domain", domain, "Expecting vpc.");
        }
        var group = request.networkBorderGroup();
        if (group != null && !group.equals(site.region())) {
            throw NetworkErrors.invalid("networkBorderGroup", group, "Expecting " + site.region() + ".");
        }
        var pool = request.publicIpv4Pool();
        if (pool != null && !pool.equals(POOL)) {
            throw NetworkErrors.invalid("publicIpv4Pool", pool, "There is one pool only: " + POOL + ".");
        }
        if (request.customerOwnedIpv4Pool() != null || request.ipamPoolId() != null) {
            throw NetworkErrors.unsupported("There are no other pools of addresses than the cloud's own.");
        }
    }

    private String take(EntityManager entities, RequestContext context, String id, @Nullable String given) {
        if (given == null || given.isEmpty()) {
            return addresses.allocate(entities, context.account(), id).orElseThrow(AddressErrors::noneLeft);
        }
        if (!addresses.inPool(given)) {
            throw AddressErrors.notInPool(given);
        }
        if (!addresses.allocate(entities, context.account(), id, given)) {
            throw AddressErrors.inUse(given);
        }
        return given;
    }

    ReleaseAddressResponse release(RequestContext context, ReleaseAddressRequest request) {
        ledger.run(context, entities -> {
            var address = named(entities, addresses, context, request.allocationId(), request.publicIp());
            if (address.interfaceId() != null) {
                throw AddressErrors.inUse(address.ip());
            }
            var id = String.valueOf(address.allocationId());
            addresses.release(entities, id);
            ledger.removed(context, KIND, id);
        });
        return ReleaseAddressResponse.builder().build();
    }

    /** The account's elastic address that a request names by its allocation or, as older clients do, by itself; locked. */
    static PublicAddress named(
            EntityManager entities,
            PublicAddresses addresses,
            RequestContext context,
            @Nullable String allocationId,
            @Nullable String ip) {
        if (allocationId != null && !allocationId.isEmpty()) {
            if (ip != null && !ip.isEmpty()) {
                throw NetworkErrors.combination(
                        "You may specify public IP or allocation id, but not both in the same call");
            }
            KIND.check(allocationId);
            return addresses
                    .change(entities, context.account(), "allocation_id", allocationId)
                    .orElseThrow(() -> KIND.notFound(allocationId));
        }
        var given = NetworkErrors.required(ip, "AllocationId");
        if (!addresses.inPool(given)) {
            throw AddressErrors.ipNotFound(given);
        }
        return addresses
                .change(entities, context.account(), "address", given)
                .orElseThrow(() -> AddressErrors.ipNotFound(given));
    }
}
