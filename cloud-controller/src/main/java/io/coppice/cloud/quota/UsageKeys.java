package io.coppice.cloud.quota;

import io.coppice.cloud.access.AccessCall;
import io.coppice.cloud.access.QuotaKeys;
import io.coppice.cloud.instancetype.InstanceTypes;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.CopyImageRequest;
import software.amazon.awssdk.services.ec2.model.CreateImageRequest;
import software.amazon.awssdk.services.ec2.model.CreateVolumeRequest;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.iam.model.CreateGroupRequest;
import software.amazon.awssdk.services.iam.model.CreateInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.CreatePolicyRequest;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateUserRequest;
import software.amazon.awssdk.services.iam.model.UploadServerCertificateRequest;

/**
 * What policies may ask of quotas, by Eucalyptus's names: {@code ec2:quota-vminstancenumber}, {@code -cputotalsize} (virtual
 * processors), {@code -memorytotalsize} (MiB), {@code -volumenumber}, {@code -volumetotalsize} (GiB), {@code -imagenumber};
 * {@code iam:quota-usernumber}, {@code -groupnumber}, {@code -rolenumber}. Each is what the account would have after the
 * request. Thread-safe.
 */
@ApplicationScoped
public class UsageKeys implements QuotaKeys {
    private static final String ALIVE = " from Instance i where i.accountId = :account and i.state <> TERMINATED";

    /** What a launch that names no type is of. */
    private static final String USUAL_TYPE = "m1.small";

    private final Database database;
    private final InstanceTypes types;

    /** For the container and for tests. */
    public UsageKeys(Database database, InstanceTypes types) {
        this.database = database;
        this.types = types;
    }

    @Override
    public Map<String, List<String>> of(AccessCall call) {
        var account = call.caller().account();
        return switch (call.request()) {
            case RunInstancesRequest run -> instances(account, run);
            case CreateVolumeRequest volume -> volumes(account, volume.size() == null ? 0 : volume.size());
            case RegisterImageRequest image -> images(account);
            case CreateImageRequest image -> images(account);
            case CopyImageRequest image -> images(account);
            case CreateUserRequest user ->
                key("iam:quota-usernumber", count(account, "select count(u) from User u where u.accountId = :account"));
            case CreateGroupRequest group ->
                key(
                        "iam:quota-groupnumber",
                        count(account, "select count(g) from UserGroup g where g.accountId = :account"));
            case CreateRoleRequest role ->
                key("iam:quota-rolenumber", count(account, "select count(r) from Role r where r.accountId = :account"));
            case CreatePolicyRequest policy ->
                key(
                        "iam:quota-policynumber",
                        count(account, "select count(p) from ManagedPolicy p where p.accountId = :account"));
            case CreateInstanceProfileRequest profile ->
                key(
                        "iam:quota-instanceprofilenumber",
                        count(account, "select count(p) from InstanceProfile p where p.accountId = :account"));
            case UploadServerCertificateRequest certificate ->
                key(
                        "iam:quota-servercertificatenumber",
                        count(account, "select count(c) from ServerCertificate c where c.accountId = :account"));
            default -> Map.of();
        };
    }

    private Map<String, List<String>> instances(AccountId account, RunInstancesRequest run) {
        var asked = run.maxCount() == null ? 1 : run.maxCount();
        var use = sums(
                account,
                "select count(i), coalesce(sum(i.machine.vcpus), 0), coalesce(sum(i.machine.memoryMib), 0)" + ALIVE);
        var keys = new HashMap<String, List<String>>();
        keys.put("ec2:quota-vminstancenumber", List.of(Long.toString(use[0] + asked)));
        var type = types.require(run.instanceTypeAsString() == null ? USUAL_TYPE : run.instanceTypeAsString());
        keys.put("ec2:quota-cputotalsize", List.of(Long.toString(use[1] + (long) asked * type.vcpus())));
        keys.put("ec2:quota-memorytotalsize", List.of(Long.toString(use[2] + asked * type.memoryMib())));
        return keys;
    }

    private Map<String, List<String>> images(AccountId account) {
        return key(
                "ec2:quota-imagenumber",
                count(
                        account,
                        "select count(i) from ImageRow i where i.state <> 'deregistered' and i.accountId = :account"));
    }

    private Map<String, List<String>> volumes(AccountId account, int gib) {
        var use = sums(
                account, "select count(v), coalesce(sum(v.sizeGib), 0) from VolumeRow v where v.accountId = :account");
        return Map.of(
                "ec2:quota-volumenumber", List.of(Long.toString(use[0] + 1)),
                "ec2:quota-volumetotalsize", List.of(Long.toString(use[1] + gib)));
    }

    private static Map<String, List<String>> key(String name, long present) {
        return Map.of(name, List.of(Long.toString(present + 1)));
    }

    private long count(AccountId account, String jpql) {
        return database.call(entities -> entities.createQuery(jpql, Long.class)
                .setParameter("account", account.value())
                .getSingleResult());
    }

    private long[] sums(AccountId account, String jpql) {
        var row = database.call(entities -> entities.createQuery(jpql, Object[].class)
                .setParameter("account", account.value())
                .getSingleResult());
        var numbers = new long[row.length];
        for (var i = 0; i < row.length; i++) {
            numbers[i] = ((Number) row[i]).longValue();
        }
        return numbers;
    }
}
