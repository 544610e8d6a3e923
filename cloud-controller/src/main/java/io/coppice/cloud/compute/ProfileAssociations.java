package io.coppice.cloud.compute;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.instanceprofile.InstanceProfiles;
import io.coppice.cloud.instanceprofile.InstanceProfiles.Profile;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.Database;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AssociateIamInstanceProfileRequest;
import software.amazon.awssdk.services.ec2.model.AssociateIamInstanceProfileResponse;
import software.amazon.awssdk.services.ec2.model.DescribeIamInstanceProfileAssociationsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeIamInstanceProfileAssociationsResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateIamInstanceProfileRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateIamInstanceProfileResponse;
import software.amazon.awssdk.services.ec2.model.IamInstanceProfileAssociation;
import software.amazon.awssdk.services.ec2.model.IamInstanceProfileSpecification;
import software.amazon.awssdk.services.ec2.model.ReplaceIamInstanceProfileAssociationRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceIamInstanceProfileAssociationResponse;

/** Which instance carries which instance profile. An association is there at once, so it has one state. Thread-safe. */
@ApplicationScoped
class ProfileAssociations implements ActionModule {
    private static final PageLimits PAGES = PageLimits.usual("associationIdsSet");
    private static final String ASSOCIATED = "associated";
    private static final Filters<IamInstanceProfileAssociation> FILTERS =
            Filters.<IamInstanceProfileAssociation>builder()
                    .value("instance-id", IamInstanceProfileAssociation::instanceId)
                    .value("state", IamInstanceProfileAssociation::stateAsString)
                    .build();

    private final Database database;
    private final InstanceProfiles profiles;
    private final Pages pages;
    private final EventLog events;
    private final Clock clock;

    ProfileAssociations(Database database, InstanceProfiles profiles, Pages pages, EventLog events, Clock clock) {
        this.database = database;
        this.profiles = profiles;
        this.pages = pages;
        this.events = events;
        this.clock = clock;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                Service.EC2,
                "AssociateIamInstanceProfile",
                AssociateIamInstanceProfileRequest::builder,
                this::associate);
        registry.add(
                Service.EC2,
                "DisassociateIamInstanceProfile",
                DisassociateIamInstanceProfileRequest::builder,
                this::disassociate);
        registry.add(
                Service.EC2,
                "ReplaceIamInstanceProfileAssociation",
                ReplaceIamInstanceProfileAssociationRequest::builder,
                this::replace);
        registry.add(
                Service.EC2,
                "DescribeIamInstanceProfileAssociations",
                DescribeIamInstanceProfileAssociationsRequest::builder,
                this::describe);
    }

    AssociateIamInstanceProfileResponse associate(RequestContext context, AssociateIamInstanceProfileRequest request) {
        var profile = required(context, request.iamInstanceProfile());
        var id = request.instanceId();
        if (id == null || id.isEmpty()) {
            throw InstanceErrors.missing("InstanceId");
        }
        return database.call(entities -> {
            var row = InstanceRows.lock(entities, context.account(), InstanceRows.checkIds(List.of(id)))
                    .getFirst();
            requireAlive(row);
            if (row.profile != null) {
                throw AwsException.client("IncorrectState", "There is an existing association for instance " + row.id);
            }
            row.carry(InstanceProfileUse.of(profile, clock.instant().truncatedTo(ChronoUnit.MILLIS)));
            record(context, row, "instance.profile-associated", profile.arn());
            return AssociateIamInstanceProfileResponse.builder()
                    .iamInstanceProfileAssociation(answer(row, row.profile, "associating"))
                    .build();
        });
    }

    DisassociateIamInstanceProfileResponse disassociate(
            RequestContext context, DisassociateIamInstanceProfileRequest request) {
        return database.call(entities -> {
            var row = require(entities, context, request.associationId());
            var answer = answer(row, row.profile, "disassociating");
            row.profile = null;
            record(context, row, "instance.profile-disassociated", "");
            return DisassociateIamInstanceProfileResponse.builder()
                    .iamInstanceProfileAssociation(answer)
                    .build();
        });
    }

    ReplaceIamInstanceProfileAssociationResponse replace(
            RequestContext context, ReplaceIamInstanceProfileAssociationRequest request) {
        var profile = required(context, request.iamInstanceProfile());
        return database.call(entities -> {
            var row = require(entities, context, request.associationId());
            row.carry(InstanceProfileUse.of(profile, clock.instant().truncatedTo(ChronoUnit.MILLIS)));
            record(context, row, "instance.profile-associated", profile.arn());
            return ReplaceIamInstanceProfileAssociationResponse.builder()
                    .iamInstanceProfileAssociation(answer(row, row.profile, "associating"))
                    .build();
        });
    }

    DescribeIamInstanceProfileAssociationsResponse describe(
            RequestContext context, DescribeIamInstanceProfileAssociationsRequest request) {
        var ids = request.associationIds();
        var page = pages.open(context, PAGES, request.maxResults(), request.nextToken(), !ids.isEmpty());
        var selection = FILTERS.select(request.filters());
        return database.call(entities -> {
            ids.forEach(id -> require(entities, context, id));
            var found = pages.read(
                    page,
                    (after, limit) -> list(entities, context, after, limit),
                    each -> (ids.isEmpty() || ids.contains(each.associationId())) && selection.test(each),
                    IamInstanceProfileAssociation::associationId);
            return DescribeIamInstanceProfileAssociationsResponse.builder()
                    .iamInstanceProfileAssociations(found.rows())
                    .nextToken(found.nextToken())
                    .build();
        });
    }

    private List<IamInstanceProfileAssociation> list(
            EntityManager entities, RequestContext context, @Nullable String after, int limit) {
        return entities
                .createQuery(
                        "from Instance i where i.accountId = :account and i.profile.associationId > :after"
                                + " and i.state <> TERMINATED order by i.profile.associationId",
                        Instance.class)
                .setParameter("account", context.account().value())
                .setParameter("after", after == null ? "" : after)
                .setMaxResults(limit)
                .getResultList()
                .stream()
                .map(row -> answer(row, row.profile, ASSOCIATED))
                .toList();
    }

    private static Instance require(EntityManager entities, RequestContext context, @Nullable String associationId) {
        if (associationId == null || associationId.isEmpty()) {
            throw InstanceErrors.missing("AssociationId");
        }
        return entities
                .createQuery(
                        "from Instance i where i.accountId = :account and i.profile.associationId = :id"
                                + " and i.state <> TERMINATED",
                        Instance.class)
                .setParameter("account", context.account().value())
                .setParameter("id", associationId)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getResultList()
                .stream()
                .findFirst()
                .orElseThrow(() -> AwsException.client(
                        "InvalidAssociationID.NotFound",
                        "An invalid association-id of '" + associationId + "' was given"));
    }

    /** The profile that a launch names; empty when it names none. Throws {@code InvalidParameterValue}, and {@code
     * UnauthorizedOperation} for one that the caller may not pass on. */
    static Optional<Profile> find(
            InstanceProfiles profiles, RequestContext context, @Nullable IamInstanceProfileSpecification given) {
        if (given == null || (given.arn() == null && given.name() == null)) {
            return Optional.empty();
        }
        if (given.arn() != null && given.name() != null) {
            throw InstanceErrors.combination("The parameter 'iamInstanceProfile.name' may not be used in combination"
                    + " with 'iamInstanceProfile.arn'");
        }
        var profile = given.arn() != null
                ? profiles.withArn(context.account(), given.arn())
                        .orElseThrow(() -> InstanceErrors.invalid(
                                "iamInstanceProfile.arn", given.arn(), "Invalid IAM Instance Profile ARN"))
                : profiles.named(context.account(), given.name())
                        .orElseThrow(() -> InstanceErrors.invalid(
                                "iamInstanceProfile.name", given.name(), "Invalid IAM Instance Profile name"));
        profiles.requirePass(context, profile);
        return Optional.of(profile);
    }

    private Profile required(RequestContext context, @Nullable IamInstanceProfileSpecification given) {
        return find(profiles, context, given).orElseThrow(() -> InstanceErrors.missing("IamInstanceProfile"));
    }

    private static void requireAlive(Instance row) {
        if (InstanceState.TERMINAL.contains(row.state)) {
            throw InstanceErrors.notStopped(row.id, row.state, "its instance profile; it never comes back");
        }
    }

    private static IamInstanceProfileAssociation answer(Instance row, @Nullable InstanceProfileUse use, String state) {
        var answer = IamInstanceProfileAssociation.builder().instanceId(row.id).state(state);
        if (use != null) {
            answer.associationId(use.associationId())
                    .iamInstanceProfile(profile -> profile.arn(use.arn()).id(use.profileId()))
                    .timestamp(use.since());
        }
        return answer.build();
    }

    private void record(RequestContext context, Instance row, String kind, String arn) {
        events.append(
                new ChangeCause(
                        context.action(),
                        context.caller().arn(),
                        context.requestId(),
                        "A user changed the instance profile"),
                kind,
                row.id,
                context.account(),
                Map.of("profile", arn));
    }
}
