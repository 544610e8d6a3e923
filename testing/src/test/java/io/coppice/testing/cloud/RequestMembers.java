package io.coppice.testing.cloud;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.RequiredTrait;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;

/** The parameters that an action takes, as the AWS SDK's model has them, by the names that stand in Query requests. */
final class RequestMembers {
    private static final int DEEPEST = 5;
    private static final Map<String, Class<?>> CLIENTS =
            Map.of("EC2", Ec2Client.class, "IAM", IamClient.class, "STS", StsClient.class);

    private RequestMembers() {}

    /**
     * A parameter that holds text.
     *
     * @param wire its name in a request, for example {@code Placement.GroupName} or {@code InstanceId.1}
     * @param member the name of the member, for example {@code InstanceIds}
     * @param parent the name of the structure that it is in; empty at the top
     * @param required whether a request without it is none
     */
    record Leaf(String wire, String member, String parent, boolean required) {}

    /** What an action of {@code EC2}, {@code IAM} or {@code STS} takes; nothing for actions that AWS does not have. */
    static List<Leaf> of(String service, String action) {
        var request = requests(service).get(action.toLowerCase(Locale.ROOT));
        var leaves = new ArrayList<Leaf>();
        if (request != null) {
            collect(empty(request), new At(service, "", "", true, 0), leaves);
        }
        return leaves;
    }

    private record At(String service, String prefix, String parent, boolean required, int depth) {
        At in(String wire, String member, boolean needed) {
            return new At(service, wire + ".", member, required && needed, depth + 1);
        }
    }

    private static void collect(SdkPojo structure, At at, List<Leaf> leaves) {
        if (at.depth() > DEEPEST) {
            return;
        }
        for (var field : structure.sdkFields()) {
            var needed = field.containsTrait(RequiredTrait.class);
            var wire = at.prefix() + field.locationName();
            var value = field;
            if (field.marshallingType() == MarshallingType.LIST) {
                value = field.getRequiredTrait(ListTrait.class).memberFieldInfo();
                wire += at.service().equals("EC2") ? ".1" : ".member.1";
            }
            if (value.marshallingType() == MarshallingType.STRING) {
                leaves.add(new Leaf(wire, field.memberName(), at.parent(), at.required() && needed));
            } else if (value.marshallingType() == MarshallingType.SDK_POJO) {
                collect(nested(value), at.in(wire, field.memberName(), needed), leaves);
            } else if (needed && at.required()) {
                leaves.add(new Leaf(wire, field.memberName(), at.parent(), true));
            }
        }
    }

    private static SdkPojo nested(SdkField<?> field) {
        return field.constructor().get();
    }

    private static Map<String, Class<?>> requests(String service) {
        var found = new TreeMap<String, Class<?>>();
        Arrays.stream(CLIENTS.getOrDefault(service, Object.class).getMethods())
                .filter(method -> method.getParameterCount() == 1)
                .map(method -> method.getParameterTypes()[0])
                .filter(type -> AwsRequest.class.isAssignableFrom(type) && type != AwsRequest.class)
                .forEach(type -> {
                    var name = type.getSimpleName();
                    found.put(
                            name.substring(0, name.length() - "Request".length())
                                    .toLowerCase(Locale.ROOT),
                            type);
                });
        return found;
    }

    private static SdkPojo empty(Class<?> request) {
        try {
            Method builder = request.getMethod("builder");
            return (SdkPojo) builder.invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no builder of " + request, e);
        }
    }
}
