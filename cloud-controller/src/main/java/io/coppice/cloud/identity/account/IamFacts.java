package io.coppice.cloud.identity.account;

import io.coppice.cloud.access.ResourceFacts;
import io.coppice.cloud.identity.credential.MfaDevices;
import io.coppice.cloud.identity.credential.ServerCertificateActions;
import io.coppice.cloud.identity.entity.EntityFacts;
import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.group.Groups;
import io.coppice.cloud.identity.policy.ManagedPolicies;
import io.coppice.cloud.identity.role.InstanceProfiles;
import io.coppice.cloud.identity.role.Roles;
import io.coppice.cloud.identity.user.Users;
import io.coppice.cloud.store.Database;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Tells the policy engine about IAM's own things. */
@ApplicationScoped
class IamFacts {
    private final Database database;

    IamFacts(Database database) {
        this.database = database;
    }

    @Produces
    @Singleton
    ResourceFacts userFacts() {
        return new EntityFacts(database, Users.ROWS, EntityKind.USER);
    }

    @Produces
    @Singleton
    ResourceFacts groupFacts() {
        return new EntityFacts(database, Groups.ROWS, EntityKind.GROUP);
    }

    @Produces
    @Singleton
    ResourceFacts roleFacts() {
        return new EntityFacts(database, Roles.ROWS, EntityKind.ROLE);
    }

    @Produces
    @Singleton
    ResourceFacts instanceProfileFacts() {
        return new EntityFacts(database, InstanceProfiles.ROWS, EntityKind.INSTANCE_PROFILE);
    }

    @Produces
    @Singleton
    ResourceFacts policyFacts() {
        return new EntityFacts(database, ManagedPolicies.ROWS, EntityKind.POLICY);
    }

    @Produces
    @Singleton
    ResourceFacts deviceFacts() {
        return new EntityFacts(database, MfaDevices.ROWS, EntityKind.MFA_DEVICE);
    }

    @Produces
    @Singleton
    ResourceFacts certificateFacts() {
        return new EntityFacts(database, ServerCertificateActions.ROWS, EntityKind.SERVER_CERTIFICATE);
    }
}
