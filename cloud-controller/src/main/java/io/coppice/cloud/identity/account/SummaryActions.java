package io.coppice.cloud.identity.account;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.cloud.identity.entity.Sql;
import io.coppice.cloud.quota.AccountQuotas;
import io.coppice.cloud.quota.Quota;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.GetAccountSummaryRequest;
import software.amazon.awssdk.services.iam.model.GetAccountSummaryResponse;
import software.amazon.awssdk.services.iam.model.SummaryKeyType;

/** IAM's count of everything that an account has, and how much it may have. Thread-safe. */
@Singleton
public final class SummaryActions implements ActionModule {
    private final IamStore store;

    /** For the container and for tests. */
    public SummaryActions(IamStore store) {
        this.store = store;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.IAM, "GetAccountSummary", GetAccountSummaryRequest::builder, this::summary);
    }

    private GetAccountSummaryResponse summary(RequestContext context, GetAccountSummaryRequest request) {
        var counted = store.read(entities -> Sql.rows(entities, """
                        select what, number from (
                          select 'Users' as what, count(*) as number from {h-schema}users where account_id = :account
                          union all
                          select 'Groups', count(*) from {h-schema}user_groups where account_id = :account
                          union all
                          select 'Roles', count(*) from {h-schema}roles where account_id = :account
                          union all
                          select 'InstanceProfiles', count(*) from {h-schema}instance_profiles where account_id = :account
                          union all
                          select 'Policies', count(*) from {h-schema}managed_policies where account_id = :account
                          union all
                          select 'PolicyVersionsInUse', count(*) from {h-schema}managed_policy_versions v
                          join {h-schema}managed_policies p on p.id = v.policy_id where p.account_id = :account
                          union all
                          select 'ServerCertificates', count(*) from {h-schema}server_certificates
                          where account_id = :account
                          union all
                          select 'MFADevices', count(*) from {h-schema}mfa_devices where account_id = :account
                          union all
                          select 'MFADevicesInUse', count(*) from {h-schema}mfa_devices
                          where account_id = :account and user_id is not null
                          union all
                          select 'AccountAccessKeysPresent', least(count(*), 1) from {h-schema}access_keys
                          where account_id = :account and user_id is null
                          union all
                          select 'Providers', count(*) from {h-schema}oidc_providers where account_id = :account
                        ) as counts""")
                .setParameter("account", context.account().value())
                .getResultList());
        var map = new HashMap<SummaryKeyType, Integer>(
                limits(store.read(entities -> AccountQuotas.of(entities, context.account()))));
        counted.forEach(row -> map.put(SummaryKeyType.fromValue((String) row[0]), ((Number) row[1]).intValue()));
        return GetAccountSummaryResponse.builder().summaryMap(map).build();
    }

    private static Map<SummaryKeyType, Integer> limits(Map<Quota, Long> own) {
        var limits = new HashMap<SummaryKeyType, Integer>();
        limits.put(SummaryKeyType.USERS_QUOTA, quota(own, EntityKind.USER));
        limits.put(SummaryKeyType.GROUPS_QUOTA, quota(own, EntityKind.GROUP));
        limits.put(SummaryKeyType.SERVER_CERTIFICATES_QUOTA, quota(own, EntityKind.SERVER_CERTIFICATE));
        limits.put(SummaryKeyType.fromValue("RolesQuota"), quota(own, EntityKind.ROLE));
        limits.put(SummaryKeyType.fromValue("InstanceProfilesQuota"), quota(own, EntityKind.INSTANCE_PROFILE));
        limits.put(SummaryKeyType.POLICIES_QUOTA, quota(own, EntityKind.POLICY));
        limits.put(SummaryKeyType.USER_POLICY_SIZE_QUOTA, 2_048);
        limits.put(SummaryKeyType.GROUP_POLICY_SIZE_QUOTA, 5_120);
        limits.put(SummaryKeyType.POLICY_SIZE_QUOTA, 6_144);
        limits.put(SummaryKeyType.GROUPS_PER_USER_QUOTA, 10);
        limits.put(SummaryKeyType.ACCESS_KEYS_PER_USER_QUOTA, 2);
        limits.put(SummaryKeyType.SIGNING_CERTIFICATES_PER_USER_QUOTA, 2);
        limits.put(SummaryKeyType.ATTACHED_POLICIES_PER_USER_QUOTA, 10);
        limits.put(SummaryKeyType.ATTACHED_POLICIES_PER_GROUP_QUOTA, 10);
        limits.put(SummaryKeyType.ATTACHED_POLICIES_PER_ROLE_QUOTA, 10);
        limits.put(SummaryKeyType.VERSIONS_PER_POLICY_QUOTA, 5);
        limits.put(SummaryKeyType.GLOBAL_ENDPOINT_TOKEN_VERSION, 1);
        // An account's root has no password or device here.
        limits.put(SummaryKeyType.ACCOUNT_MFA_ENABLED, 0);
        limits.put(SummaryKeyType.ACCOUNT_SIGNING_CERTIFICATES_PRESENT, 0);
        return limits;
    }

    private static int quota(Map<Quota, Long> own, EntityKind kind) {
        return kind.accountQuota()
                .map(own::get)
                .map(value -> (int) Math.min(Integer.MAX_VALUE, value))
                .orElse(kind.limit());
    }
}
