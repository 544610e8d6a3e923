package io.coppice.cloud.network.address;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.address.AddressTransfers.Offer;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.tag.TagRules;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AcceptAddressTransferRequest;
import software.amazon.awssdk.services.ec2.model.AcceptAddressTransferResponse;
import software.amazon.awssdk.services.ec2.model.AddressTransfer;
import software.amazon.awssdk.services.ec2.model.DescribeAddressTransfersRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAddressTransfersResponse;
import software.amazon.awssdk.services.ec2.model.DisableAddressTransferRequest;
import software.amazon.awssdk.services.ec2.model.DisableAddressTransferResponse;
import software.amazon.awssdk.services.ec2.model.EnableAddressTransferRequest;
import software.amazon.awssdk.services.ec2.model.EnableAddressTransferResponse;

/** Hands elastic addresses from one account to another: it is offered, and then taken. Thread-safe. */
@ApplicationScoped
class AddressTransferActions implements ActionModule {
    private static final NetworkKind KIND = NetworkKind.ELASTIC_IP;
    private static final PageLimits PAGES = PageLimits.usual("allocationIds");

    private final NetworkLedger ledger;
    private final PublicAddresses addresses;
    private final AddressTransfers transfers;
    private final AddressConfig config;
    private final Tags tags;
    private final Pages pages;

    AddressTransferActions(
            NetworkLedger ledger,
            PublicAddresses addresses,
            AddressTransfers transfers,
            AddressConfig config,
            Tags tags,
            Pages pages) {
        this.ledger = ledger;
        this.addresses = addresses;
        this.transfers = transfers;
        this.config = config;
        this.tags = tags;
        this.pages = pages;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "EnableAddressTransfer", EnableAddressTransferRequest::builder, this::enable);
        registry.add(Service.EC2, "DisableAddressTransfer", DisableAddressTransferRequest::builder, this::disable);
        registry.add(Service.EC2, "AcceptAddressTransfer", AcceptAddressTransferRequest::builder, this::accept);
        registry.add(Service.EC2, "DescribeAddressTransfers", DescribeAddressTransfersRequest::builder, this::describe);
    }

    EnableAddressTransferResponse enable(RequestContext context, EnableAddressTransferRequest request) {
        var to = account(request.transferAccountId());
        if (to.equals(context.account())) {
            throw NetworkErrors.invalid("transferAccountId", to.value(), "Expecting another account.");
        }
        return ledger.call(context, entities -> {
            var address = AddressActions.named(
                    entities, addresses, context, NetworkErrors.required(request.allocationId(), "AllocationId"), null);
            if (address.interfaceId() != null) {
                throw AddressErrors.inUse(address.ip());
            }
            var offer = transfers.offer(entities, address, to);
            ledger.record(context, KIND, offer.allocationId(), "offered", Map.of("to", to.value()));
            return EnableAddressTransferResponse.builder()
                    .addressTransfer(answer(offer, "pending"))
                    .build();
        });
    }

    private static AccountId account(@Nullable String id) {
        var given = NetworkErrors.required(id, "TransferAccountId");
        try {
            return new AccountId(given);
        } catch (IllegalArgumentException e) {
            throw NetworkErrors.invalid("transferAccountId", given, "Expecting the 12 digits of an account.");
        }
    }

    DisableAddressTransferResponse disable(RequestContext context, DisableAddressTransferRequest request) {
        var id = NetworkErrors.required(request.allocationId(), "AllocationId");
        return ledger.call(context, entities -> {
            AddressActions.named(entities, addresses, context, id, null);
            var offer = transfers.of(entities, id).orElseThrow(() -> AddressErrors.notOffered(id));
            transfers.withdraw(entities, offer);
            ledger.record(context, KIND, id, "offer-withdrawn", Map.of());
            return DisableAddressTransferResponse.builder()
                    .addressTransfer(answer(offer, "disabled"))
                    .build();
        });
    }

    AcceptAddressTransferResponse accept(RequestContext context, AcceptAddressTransferRequest request) {
        var ip = NetworkErrors.required(request.address(), "Address");
        var wanted = TagRules.of(request.tagSpecifications(), KIND.resourceType());
        if (!addresses.inPool(ip)) {
            throw AddressErrors.notOffered(ip);
        }
        return ledger.call(context, entities -> {
            PlainSql.lock(entities, "elastic addresses " + context.account());
            var offer = transfers.to(entities, context.account(), ip).orElseThrow(() -> AddressErrors.notOffered(ip));
            var address = addresses
                    .change(entities, offer.from(), "allocation_id", offer.allocationId())
                    .orElseThrow(() -> AddressErrors.notOffered(ip));
            if (address.interfaceId() != null) {
                throw AddressErrors.inUse(ip);
            }
            if (addresses.elastic(entities, context.account()).size() >= config.maxElasticPerAccount()) {
                throw AddressErrors.tooMany(config.maxElasticPerAccount());
            }
            var id = KIND.newId();
            addresses.hand(entities, offer.allocationId(), context.account(), id);
            tags.removeAll(offer.from(), offer.allocationId());
            ledger.made(
                    context,
                    KIND,
                    id,
                    wanted,
                    Map.of("address", ip, "from", offer.from().value()));
            return AcceptAddressTransferResponse.builder()
                    .addressTransfer(answer(transfers.accept(entities, offer), "accepted"))
                    .build();
        });
    }

    DescribeAddressTransfersResponse describe(RequestContext context, DescribeAddressTransfersRequest request) {
        var ids = request.allocationIds();
        ids.forEach(KIND::check);
        var page = pages.open(context, PAGES, request.maxResults(), request.nextToken(), !ids.isEmpty());
        return ledger.call(context, entities -> {
            var all = transfers.list(entities, context.account());
            ids.stream()
                    .filter(id ->
                            all.stream().noneMatch(each -> each.allocationId().equals(id)))
                    .findFirst()
                    .ifPresent(id -> AddressActions.named(entities, addresses, context, id, null));
            var found = pages.cut(
                    page, all, each -> ids.isEmpty() || ids.contains(each.allocationId()), Offer::allocationId);
            return DescribeAddressTransfersResponse.builder()
                    .addressTransfers(
                            found.map(each -> answer(each, each.acceptedAt() == null ? "pending" : "accepted")))
                    .nextToken(found.nextToken())
                    .build();
        });
    }

    private static AddressTransfer answer(Offer offer, String status) {
        return AddressTransfer.builder()
                .publicIp(offer.ip())
                .allocationId(offer.allocationId())
                .transferAccountId(offer.to().value())
                .transferOfferExpirationTimestamp(offer.expiresAt())
                .transferOfferAcceptedTimestamp(offer.acceptedAt())
                .addressTransferStatus(status)
                .build();
    }
}
