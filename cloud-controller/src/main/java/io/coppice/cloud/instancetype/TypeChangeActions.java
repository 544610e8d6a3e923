package io.coppice.cloud.instancetype;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.Message;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.instancetype.TypeChanges.Size;
import io.coppice.cloud.store.Database;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awssdk.core.SdkField;

/**
 * ModifyInstanceTypeAttribute, by which Eucalyptus's operators gave a type another size ("euca-modify-instance-type" of
 * Eucalyptus 4.4). Instances that are there keep theirs. Thread-safe.
 */
@ApplicationScoped
class TypeChangeActions implements ActionModule {
    private static final int MAX_DISK_GIB = 16_384;
    private static final String NAME = "Name";
    private static final String RESET = "Reset";
    private static final String FORCE = "Force";
    private static final String PROCESSORS = "Cpu";
    private static final String MEMORY = "Memory";
    private static final String DISK = "Disk";
    private static final List<SdkField<?>> REQUEST = List.of(
            Message.text(NAME),
            Message.flag(RESET),
            Message.flag(FORCE),
            Message.text(PROCESSORS),
            Message.text(MEMORY),
            Message.text(DISK));
    private static final List<SdkField<?>> TYPE =
            List.of(Message.text("name"), Message.text("cpu"), Message.text("disk"), Message.text("memory"));
    private static final List<SdkField<?>> ANSWER = List.of(
            Message.flag("return"),
            Message.structure("previousInstanceType", () -> new Message(TYPE)),
            Message.structure("instanceType", () -> new Message(TYPE)));

    private final Database database;
    private final Catalogue catalogue;
    private final StoredTypeChanges changes;
    private final EventLog events;

    TypeChangeActions(Database database, Catalogue catalogue, StoredTypeChanges changes, EventLog events) {
        this.database = database;
        this.catalogue = catalogue;
        this.changes = changes;
        this.events = events;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.EC2, "ModifyInstanceTypeAttribute", TypeChangeActions::newRequest, this::modify);
    }

    static Message newRequest() {
        return new Message(REQUEST);
    }

    Message modify(RequestContext context, Message request) {
        if (!context.caller().system()) {
            throw AwsException.of(
                    "UnauthorizedOperation",
                    403,
                    "You are not authorized to perform this operation: types belong to the cloud's operator.");
        }
        var name = request.get(NAME).filter(text -> !text.isEmpty()).orElseThrow(() -> missing(NAME));
        if (!catalogue.has(name)) {
            throw InstanceTypeErrors.unknown(List.of(name));
        }
        var before = catalogue.current(name);
        var after = request.isSet(RESET) ? catalogue.original(name) : before.withSize(wanted(request, before));
        database.run(entities -> {
            if (request.isSet(RESET)) {
                changes.remove(name);
            } else {
                changes.put(name, new Size(after.vcpus(), after.memoryMib(), after.rootDiskGib()));
            }
            events.append(
                    new ChangeCause(
                            context.action(),
                            context.caller().arn(),
                            context.requestId(),
                            "The operator changed the instance type " + name),
                    "instance-type.changed",
                    name,
                    context.account(),
                    Map.of("vcpus", after.vcpus(), "memoryMib", after.memoryMib(), "diskGib", after.rootDiskGib()));
        });
        changes.forget();
        return new Message(ANSWER)
                .put("return", true)
                .put("previousInstanceType", answer(before))
                .put("instanceType", answer(after));
    }

    private static Size wanted(Message request, InstanceType before) {
        if (Stream.of(PROCESSORS, MEMORY, DISK)
                .allMatch(each -> request.get(each).isEmpty())) {
            throw missing("Cpu, Memory, Disk or Reset");
        }
        return new Size(
                (int) number(request, PROCESSORS, before.vcpus(), 1, InstanceType.MAX_VCPUS),
                number(request, MEMORY, before.memoryMib(), InstanceType.MIN_MEMORY_MIB, Integer.MAX_VALUE),
                (int) number(request, DISK, before.rootDiskGib(), 0, MAX_DISK_GIB));
    }

    private static long number(Message request, String parameter, long before, long least, long most) {
        var text = request.get(parameter).orElse("");
        if (text.isEmpty()) {
            return before;
        }
        try {
            var number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Refused below in the same words.
        }
        throw AwsException.client(
                "InvalidParameterValue",
                "Value (" + text + ") for parameter " + parameter + " is invalid. Expecting " + least + " to " + most
                        + ".");
    }

    private static Message answer(InstanceType type) {
        return new Message(TYPE)
                .put("name", type.name())
                .put("cpu", Integer.toString(type.vcpus()))
                .put("disk", Integer.toString(type.rootDiskGib()))
                .put("memory", Long.toString(type.memoryMib()));
    }

    private static AwsException missing(String parameter) {
        return AwsException.client("MissingParameter", "The request must contain the parameter " + parameter);
    }
}
