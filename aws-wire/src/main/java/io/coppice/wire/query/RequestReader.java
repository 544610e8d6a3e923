package io.coppice.wire.query;

import io.coppice.wire.error.AwsException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.utils.builder.Buildable;

/** Fills the AWS SDK's request builders from parameters. Thread-safe. */
public final class RequestReader {
    private static final Set<String> PROTOCOL_PARAMETERS = Set.of(
            "Action",
            "Version",
            "AWSAccessKeyId",
            "Signature",
            "SignatureMethod",
            "SignatureVersion",
            "SecurityToken",
            "Timestamp",
            "Expires",
            "X-Amz-Algorithm",
            "X-Amz-Credential",
            "X-Amz-Date",
            "X-Amz-Expires",
            "X-Amz-SignedHeaders",
            "X-Amz-Signature",
            "X-Amz-Security-Token",
            "X-Amz-Content-Sha256",
            "DryRun");

    private final QueryService service;
    private final QueryLimits limits;

    public RequestReader(QueryService service, QueryLimits limits) {
        this.service = service;
        this.limits = limits;
    }

    /**
     * Builds a request. Throws {@link AwsException}: {@code UnknownParameter} (EC2 only; the others ignore what they do not
     * know), {@code InvalidParameterValue}, {@code MalformedQueryString}. What must be there is the handler's to check: the
     * SDK's model does not carry it for these services.
     *
     * @param builder a fresh builder of the request class
     */
    public <B extends Buildable & SdkPojo> Object read(QueryParameters parameters, B builder) {
        var tree = ParameterTree.of(parameters, limits);
        fill(builder, tree, PROTOCOL_PARAMETERS);
        return builder.build();
    }

    private void fill(SdkPojo builder, ParameterTree tree, Set<String> alsoKnown) {
        var unread = new HashMap<>(tree.children());
        unread.keySet().removeAll(alsoKnown);
        for (var field : builder.sdkFields()) {
            var child = tree.child(field.locationName());
            unread.remove(field.locationName());
            if (child != null) {
                field.set(builder, read(field, child));
            }
        }
        if (service.ec2Dialect() && !unread.isEmpty()) {
            throw AwsException.client(
                    "UnknownParameter",
                    "The parameter " + unread.values().iterator().next().path() + " is not recognized");
        }
    }

    private @Nullable Object read(SdkField<?> field, ParameterTree tree) {
        var type = field.marshallingType();
        if (type == MarshallingType.LIST) {
            return readList(field, tree);
        }
        if (type == MarshallingType.MAP) {
            return readMap(field, tree);
        }
        if (type == MarshallingType.SDK_POJO) {
            var builder = field.constructor().get();
            fill(builder, tree, Set.of());
            return ((Buildable) builder).build();
        }
        if (!tree.children().isEmpty() && tree.value() == null) {
            throw AwsException.client(
                    "InvalidParameterValue", "The parameter " + tree.path() + " is one value, not a structure.");
        }
        return Scalars.parse(type, tree.value() == null ? "" : tree.value(), tree.path());
    }

    private List<@Nullable Object> readList(SdkField<?> field, ParameterTree tree) {
        var trait = field.getRequiredTrait(ListTrait.class);
        var items = new ArrayList<@Nullable Object>();
        var parent = listParent(tree, trait);
        for (var item : parent.items()) {
            items.add(read(trait.memberFieldInfo(), item));
        }
        var value = tree.value();
        // "Name=" is how clients of the Query protocol send an empty list, "Name=x" how old ones send one value.
        if (items.isEmpty() && value != null && !value.isEmpty()) {
            items.add(read(trait.memberFieldInfo(), tree));
        }
        return items;
    }

    /** Where the numbers hang: under {@code Name} in EC2, under {@code Name.member} elsewhere. */
    private ParameterTree listParent(ParameterTree tree, ListTrait trait) {
        if (service.ec2Dialect() || trait.isFlattened()) {
            return tree;
        }
        var name = trait.memberLocationName() == null ? "member" : trait.memberLocationName();
        var members = tree.child(name);
        return members == null ? tree : members;
    }

    private Map<String, @Nullable Object> readMap(SdkField<?> field, ParameterTree tree) {
        var trait = field.getRequiredTrait(MapTrait.class);
        var entries = tree.child("entry");
        var map = new HashMap<String, @Nullable Object>();
        for (var item : (entries == null ? tree : entries).items()) {
            var key = item.child(trait.keyLocationName());
            var value = item.child(trait.valueLocationName());
            if (key == null || key.value() == null || value == null) {
                throw AwsException.client(
                        "MalformedQueryString", "The entry " + item.path() + " must have a key and a value.");
            }
            map.put(key.value(), read(trait.valueFieldInfo(), value));
        }
        return map;
    }
}
