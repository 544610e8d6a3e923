package io.coppice.cloud.compute;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.setting.CpuCredits;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceCreditSpecificationsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceCreditSpecificationsResponse;
import software.amazon.awssdk.services.ec2.model.InstanceCreditSpecification;
import software.amazon.awssdk.services.ec2.model.InstanceCreditSpecificationRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceCreditSpecificationRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceCreditSpecificationResponse;
import software.amazon.awssdk.services.ec2.model.SuccessfulInstanceCreditSpecificationItem;
import software.amazon.awssdk.services.ec2.model.UnsuccessfulInstanceCreditSpecificationItem;

/** The CPU credits of instances: kept and told, and never missed by a guest. Thread-safe. */
@ApplicationScoped
class InstanceCredits implements ActionModule {
    private static final PageLimits LIMITS = new PageLimits(5, 1000, "instanceIdSet");
    private static final int MAX_CHANGES = 1000;
    private static final Filters<Instance> FILTERS =
            Filters.<Instance>builder().value("instance-id", row -> row.id).build();

    private final Database database;
    private final EventLog events;
    private final Pages pages;

    InstanceCredits(Database database, EventLog events, Pages pages) {
        this.database = database;
        this.events = events;
        this.pages = pages;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                Service.EC2,
                "DescribeInstanceCreditSpecifications",
                DescribeInstanceCreditSpecificationsRequest::builder,
                this::describe);
        registry.add(
                Service.EC2,
                "ModifyInstanceCreditSpecification",
                ModifyInstanceCreditSpecificationRequest::builder,
                this::modify);
    }

    /** Without ids the instances with unlimited credits, as AWS does. */
    DescribeInstanceCreditSpecificationsResponse describe(
            RequestContext context, DescribeInstanceCreditSpecificationsRequest request) {
        var ids = InstanceRows.checkIds(request.instanceIds());
        var selection = FILTERS.select(request.filters());
        var page = pages.open(context, LIMITS, request.maxResults(), request.nextToken(), !ids.isEmpty());
        var found = database.read(entities -> ids.isEmpty()
                ? pages.read(
                        page, (after, limit) -> unlimited(context.account(), after, limit), selection, row -> row.id)
                : pages.cut(
                        page, sorted(InstanceRows.read(entities, context.account(), ids)), selection, row -> row.id));
        return DescribeInstanceCreditSpecificationsResponse.builder()
                .instanceCreditSpecifications(found.map(row -> InstanceCreditSpecification.builder()
                        .instanceId(row.id)
                        .cpuCredits(row.choices.cpuUnlimited() ? CpuCredits.UNLIMITED : CpuCredits.STANDARD)
                        .build()))
                .nextToken(found.nextToken())
                .build();
    }

    private static List<Instance> sorted(List<Instance> rows) {
        return rows.stream()
                .sorted(java.util.Comparator.comparing(row -> row.id))
                .toList();
    }

    private List<Instance> unlimited(AccountId account, @Nullable String after, int limit) {
        return database.read(entities -> entities.createQuery(
                        "select i from Instance i where i.accountId = :account and i.choices.cpuUnlimited"
                                + " and i.state not in (TERMINATED, SHUTTING_DOWN) and i.id > :after order by i.id",
                        Instance.class)
                .setParameter("account", account.value())
                .setParameter("after", after == null ? "" : after)
                .setMaxResults(limit)
                .getResultList());
    }

    ModifyInstanceCreditSpecificationResponse modify(
            RequestContext context, ModifyInstanceCreditSpecificationRequest request) {
        var given = request.instanceCreditSpecifications();
        if (given.isEmpty()) {
            throw InstanceErrors.missing("InstanceCreditSpecification");
        }
        if (given.size() > MAX_CHANGES) {
            throw InstanceErrors.invalid("InstanceCreditSpecification", given.size(), "Expecting 1000 or fewer.");
        }
        var done = new ArrayList<SuccessfulInstanceCreditSpecificationItem>();
        var refused = new ArrayList<UnsuccessfulInstanceCreditSpecificationItem>();
        for (var each : given) {
            try {
                change(context, each);
                done.add(SuccessfulInstanceCreditSpecificationItem.builder()
                        .instanceId(each.instanceId())
                        .build());
            } catch (AwsException e) {
                refused.add(UnsuccessfulInstanceCreditSpecificationItem.builder()
                        .instanceId(each.instanceId())
                        .error(error -> error.code(e.code()).message(e.getMessage()))
                        .build());
            }
        }
        return ModifyInstanceCreditSpecificationResponse.builder()
                .successfulInstanceCreditSpecifications(done)
                .unsuccessfulInstanceCreditSpecifications(refused)
                .build();
    }

    private void change(RequestContext context, InstanceCreditSpecificationRequest each) {
        var ids = InstanceRows.requireIds(each.instanceId() == null ? List.of() : List.of(each.instanceId()));
        var credits = each.cpuCredits();
        if (credits == null || !CpuCredits.isKnown(credits)) {
            throw InstanceErrors.invalid("CpuCredits", String.valueOf(credits), "Expecting standard or unlimited.");
        }
        database.run(entities -> {
            var row = InstanceRows.lock(entities, context.account(), new LinkedHashSet<>(ids))
                    .getFirst();
            if (CpuCredits.familyOf(row.machine.type()).isEmpty()) {
                throw AwsException.client(
                        "InstanceCreditSpecification.NotSupported",
                        "The instance type " + row.machine.type() + " is not burstable.");
            }
            if (row.state != InstanceState.RUNNING && row.state != InstanceState.STOPPED) {
                throw AwsException.client(
                        "IncorrectInstanceState", "The instance '" + row.id + "' is not running or stopped.");
            }
            row.choices = row.choices.withCpuUnlimited(credits.equals(CpuCredits.UNLIMITED));
            events.append(
                    new ChangeCause(
                            context.action(),
                            context.caller().arn(),
                            context.requestId(),
                            "A user changed the CPU credits"),
                    "instance.modified",
                    row.id,
                    context.account(),
                    Map.of("credits", credits));
        });
    }
}
