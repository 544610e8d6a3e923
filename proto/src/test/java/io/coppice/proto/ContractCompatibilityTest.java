package io.coppice.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.coppice.proto.cluster.v1.Cluster;
import io.coppice.proto.cluster.v1.Neighbours;
import io.coppice.proto.compute.v1.Instance;
import io.coppice.proto.ebs.v1.Copies;
import io.coppice.proto.ebs.v1.Ebs;
import io.coppice.proto.ebs.v1.Export;
import io.coppice.proto.ebs.v1.Transfer;
import io.coppice.proto.identity.v1.IdentityOuterClass;
import io.coppice.proto.network.v1.Network;
import io.coppice.proto.node.v1.Node;
import io.coppice.proto.walrus.v1.Walrus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * If this failed, a role of this version could not talk to one of the version before: a host that has not been upgraded
 * would lose its Cluster Controller.
 *
 * <p>The golden file lists every field, value and method with its number and type. What is in it must stay; what is new
 * is added by running this test with {@code -Dgolden.update=true}.
 */
class ContractCompatibilityTest {
    private static final Path GOLDEN = Path.of("src/test/resources/contracts.txt");
    private static final Path SOURCES = Path.of("src/main/protobuf");
    private static final List<FileDescriptor> FILES = List.of(
            Instance.getDescriptor(),
            Network.getDescriptor(),
            Node.getDescriptor(),
            Cluster.getDescriptor(),
            Neighbours.getDescriptor(),
            IdentityOuterClass.getDescriptor(),
            Walrus.getDescriptor(),
            Ebs.getDescriptor(),
            Export.getDescriptor(),
            Transfer.getDescriptor(),
            Copies.getDescriptor());

    @Test
    void noContractIsForgotten() throws IOException {
        try (var tree = Files.walk(SOURCES)) {
            var written = tree.filter(file -> file.toString().endsWith(".proto"))
                    .map(file -> SOURCES.relativize(file).toString())
                    .collect(Collectors.toSet());
            assertEquals(written, FILES.stream().map(FileDescriptor::getName).collect(Collectors.toSet()));
        }
    }

    @Test
    void nothingThatWasPromisedIsTakenBack() throws IOException {
        var now = describe();
        var promised = Files.exists(GOLDEN) ? new TreeSet<>(Files.readAllLines(GOLDEN)) : new TreeSet<String>();

        var broken = new TreeSet<>(promised);
        broken.removeAll(now);
        assertEquals(List.of(), List.copyOf(broken), "these parts of the contract changed or are gone");

        if (Boolean.getBoolean("golden.update")) {
            Files.write(GOLDEN, now);
        }
        assertTrue(
                promised.containsAll(now) || Boolean.getBoolean("golden.update"),
                "the contract grew: run with -Dgolden.update=true and commit " + GOLDEN);
    }

    private static SortedSet<String> describe() {
        var lines = new TreeSet<String>();
        for (var file : FILES) {
            describeMessages(file.getMessageTypes(), lines);
            file.getEnumTypes().forEach(each -> describeEnum(each, lines));
            file.getServices().forEach(each -> describeService(each, lines));
        }
        return lines;
    }

    private static void describeMessages(Collection<Descriptor> messages, SortedSet<String> lines) {
        for (var message : messages) {
            lines.add("message " + message.getFullName());
            message.getFields().forEach(field -> lines.add("field " + describeField(field)));
            message.getEnumTypes().forEach(each -> describeEnum(each, lines));
            describeMessages(message.getNestedTypes(), lines);
        }
    }

    private static String describeField(FieldDescriptor field) {
        var type =
                switch (field.getJavaType()) {
                    case MESSAGE -> field.getMessageType().getFullName();
                    case ENUM -> field.getEnumType().getFullName();
                    default -> field.getType().name().toLowerCase(java.util.Locale.ROOT);
                };
        return field.getContainingType().getFullName() + " " + field.getNumber() + " " + field.getName() + " "
                + (field.isRepeated() ? "repeated " : "") + type;
    }

    private static void describeEnum(EnumDescriptor type, SortedSet<String> lines) {
        type.getValues()
                .forEach(value ->
                        lines.add("value " + type.getFullName() + " " + value.getNumber() + " " + value.getName()));
    }

    private static void describeService(ServiceDescriptor service, SortedSet<String> lines) {
        service.getMethods().forEach(method -> lines.add("method " + describeMethod(method)));
    }

    private static String describeMethod(MethodDescriptor method) {
        var proto = method.toProto();
        return method.getFullName() + " "
                + (proto.getClientStreaming() ? "stream " : "")
                + method.getInputType().getFullName() + " -> "
                + (proto.getServerStreaming() ? "stream " : "")
                + method.getOutputType().getFullName();
    }
}
