package io.coppice.cloud.setting;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.GetDefaultCreditSpecificationRequest;
import software.amazon.awssdk.services.ec2.model.GetDefaultCreditSpecificationResponse;
import software.amazon.awssdk.services.ec2.model.GetInstanceMetadataDefaultsRequest;
import software.amazon.awssdk.services.ec2.model.GetInstanceMetadataDefaultsResponse;
import software.amazon.awssdk.services.ec2.model.InstanceFamilyCreditSpecification;
import software.amazon.awssdk.services.ec2.model.ModifyDefaultCreditSpecificationRequest;
import software.amazon.awssdk.services.ec2.model.ModifyDefaultCreditSpecificationResponse;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceMetadataDefaultsRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceMetadataDefaultsResponse;

/** Reads and changes what an account has chosen for its launches. Thread-safe. */
@ApplicationScoped
class LaunchDefaultActions implements ActionModule {
    private static final Set<String> SWITCH = Set.of("enabled", "disabled");
    private static final Set<String> TOKENS = Set.of("optional", "required");
    private static final String NO_PREFERENCE = "no-preference";
    private static final int NO_HOP_LIMIT = -1;
    private static final int MAX_HOP_LIMIT = 64;

    private final Database database;
    private final StoredAccountSettings settings;
    private final EventLog events;

    LaunchDefaultActions(Database database, StoredAccountSettings settings, EventLog events) {
        this.database = database;
        this.settings = settings;
        this.events = events;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                Service.EC2,
                "GetInstanceMetadataDefaults",
                GetInstanceMetadataDefaultsRequest::builder,
                this::metadata);
        registry.add(
                Service.EC2,
                "ModifyInstanceMetadataDefaults",
                ModifyInstanceMetadataDefaultsRequest::builder,
                this::modifyMetadata);
        registry.add(
                Service.EC2,
                "GetDefaultCreditSpecification",
                GetDefaultCreditSpecificationRequest::builder,
                this::credits);
        registry.add(
                Service.EC2,
                "ModifyDefaultCreditSpecification",
                ModifyDefaultCreditSpecificationRequest::builder,
                this::modifyCredits);
    }

    /** An account that has set nothing answers an empty structure. */
    GetInstanceMetadataDefaultsResponse metadata(RequestContext context, GetInstanceMetadataDefaultsRequest request) {
        var chosen = database.read(entities -> settings.forLaunch(entities, context.account()));
        return GetInstanceMetadataDefaultsResponse.builder()
                .accountLevel(level -> level.httpTokens(chosen.httpTokens())
                        .httpTokensEnforced(chosen.enforcement())
                        .httpPutResponseHopLimit(chosen.hopLimit())
                        .httpEndpoint(chosen.httpEndpoint())
                        .instanceMetadataTags(chosen.instanceTags())
                        .managedBy("account"))
                .build();
    }

    ModifyInstanceMetadataDefaultsResponse modifyMetadata(
            RequestContext context, ModifyInstanceMetadataDefaultsRequest request) {
        var changes = new EnumMap<AccountSetting, String>(AccountSetting.class);
        choose(changes, AccountSetting.METADATA_HTTP_TOKENS, "HttpTokens", request.httpTokensAsString(), TOKENS);
        choose(
                changes,
                AccountSetting.METADATA_HTTP_TOKENS_ENFORCED,
                "HttpTokensEnforced",
                request.httpTokensEnforcedAsString(),
                SWITCH);
        choose(changes, AccountSetting.METADATA_HTTP_ENDPOINT, "HttpEndpoint", request.httpEndpointAsString(), SWITCH);
        choose(
                changes,
                AccountSetting.METADATA_INSTANCE_TAGS,
                "InstanceMetadataTags",
                request.instanceMetadataTagsAsString(),
                SWITCH);
        var hops = request.httpPutResponseHopLimit();
        if (hops != null) {
            if (hops != NO_HOP_LIMIT && (hops < 1 || hops > MAX_HOP_LIMIT)) {
                throw invalid("HttpPutResponseHopLimit", hops, "Expecting 1 to 64, or -1 for no preference.");
            }
            changes.put(AccountSetting.METADATA_HOP_LIMIT, hops == NO_HOP_LIMIT ? NO_PREFERENCE : hops.toString());
        }
        store(context, changes);
        return ModifyInstanceMetadataDefaultsResponse.builder()
                .returnValue(true)
                .build();
    }

    private static void choose(
            Map<AccountSetting, String> changes,
            AccountSetting setting,
            String parameter,
            @Nullable String value,
            Set<String> allowed) {
        if (value == null || value.isEmpty()) {
            return;
        }
        if (!allowed.contains(value) && !value.equals(NO_PREFERENCE)) {
            throw invalid(
                    parameter,
                    value,
                    "Expecting one of " + allowed.stream().sorted().toList() + " or " + NO_PREFERENCE + ".");
        }
        changes.put(setting, value);
    }

    GetDefaultCreditSpecificationResponse credits(
            RequestContext context, GetDefaultCreditSpecificationRequest request) {
        var family = family(request.instanceFamilyAsString());
        var chosen = database.read(entities -> settings.forLaunch(entities, context.account()));
        return GetDefaultCreditSpecificationResponse.builder()
                .instanceFamilyCreditSpecification(answer(family, chosen.credits(family)))
                .build();
    }

    ModifyDefaultCreditSpecificationResponse modifyCredits(
            RequestContext context, ModifyDefaultCreditSpecificationRequest request) {
        var family = family(request.instanceFamilyAsString());
        var credits = request.cpuCredits();
        if (credits == null || credits.isEmpty()) {
            throw missing("CpuCredits");
        }
        if (!CpuCredits.isKnown(credits)) {
            throw invalid("CpuCredits", credits, "Expecting standard or unlimited.");
        }
        store(context, Map.of(AccountSetting.credits(family), credits));
        return ModifyDefaultCreditSpecificationResponse.builder()
                .instanceFamilyCreditSpecification(answer(family, credits))
                .build();
    }

    private static InstanceFamilyCreditSpecification answer(String family, String credits) {
        return InstanceFamilyCreditSpecification.builder()
                .instanceFamily(family)
                .cpuCredits(credits)
                .build();
    }

    private void store(RequestContext context, Map<AccountSetting, String> changes) {
        database.run(entities -> changes.forEach((setting, value) -> {
            settings.put(entities, context.account(), setting, value.equals(NO_PREFERENCE) ? null : value);
            events.append(
                    new ChangeCause(
                            context.action(),
                            context.caller().arn(),
                            context.requestId(),
                            "A user changed what launches begin with"),
                    "account.setting-changed",
                    context.account().value(),
                    context.account(),
                    Map.of("setting", setting.column(), "value", value));
        }));
    }

    private static String family(@Nullable String name) {
        if (name == null || name.isEmpty()) {
            throw missing("InstanceFamily");
        }
        if (!CpuCredits.FAMILIES.contains(name)) {
            throw AwsException.client(
                    "InvalidParameterValue",
                    "Invalid value '" + name + "' for InstanceFamily. Expecting one of t2, t3, t3a, t4g.");
        }
        return name;
    }

    private static AwsException missing(String parameter) {
        return AwsException.client("MissingParameter", "The request must contain the parameter " + parameter);
    }

    private static AwsException invalid(String parameter, Object value, String why) {
        return AwsException.client(
                "InvalidParameterValue", "Value (" + value + ") for parameter " + parameter + " is invalid. " + why);
    }
}
