package io.coppice.wire.query;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;

/**
 * How the classes of the AWS model are written in one service's dialect: the model is asked once for each class, since a
 * large answer has the same few dozen members thousands of times over. Holds at most as many plans as the model has
 * classes. Thread-safe.
 */
final class AnswerPlans {
    private static final AnswerPlans EC2 = new AnswerPlans("item", true);
    private static final AnswerPlans OTHERS = new AnswerPlans("member", false);
    private static final ElementName ENTRY = ElementName.of("entry");

    private final String usualItemName;
    private final boolean millis;
    private final Map<Class<?>, Members> plans = new ConcurrentHashMap<>();

    private AnswerPlans(String usualItemName, boolean millis) {
        this.usualItemName = usualItemName;
        this.millis = millis;
    }

    static AnswerPlans of(QueryService service) {
        return service.ec2Dialect() ? EC2 : OTHERS;
    }

    /** Writes the members of a structure, in the order of the model. */
    void write(XmlText xml, SdkPojo structure, boolean unsetListsToo) {
        switch (structure) {
            case WrittenStructure written -> written.appendTo(xml);
            case EnclosingStructure enclosing -> write(xml, enclosing.model(), enclosing::value, unsetListsToo);
            default -> write(xml, structure, field -> field.getValueOrDefault(structure), unsetListsToo);
        }
    }

    private void write(
            XmlText xml, SdkPojo model, Function<SdkField<?>, @Nullable Object> values, boolean unsetListsToo) {
        for (var member : members(model).each()) {
            var value = values.apply(member.field());
            if (value == null || value instanceof SdkAutoConstructMap) {
                continue;
            }
            if (value instanceof SdkAutoConstructList && !unsetListsToo) {
                continue;
            }
            member.plan().write(xml, value);
        }
    }

    /** A generated class has one list of fields; a class whose objects have different ones is planned again for each. */
    private Members members(SdkPojo structure) {
        var fields = structure.sdkFields();
        var known = plans.get(structure.getClass());
        if (known != null) {
            return known.fields() == fields ? known : planned(fields);
        }
        return plans.computeIfAbsent(structure.getClass(), any -> planned(fields));
    }

    private Members planned(List<SdkField<?>> fields) {
        return new Members(
                fields,
                fields.stream()
                        .map(field -> new Member(field, plan(field.unmarshallLocationName(), field)))
                        .toList());
    }

    private Plan plan(@Nullable String name, SdkField<?> field) {
        var element = ElementName.of(String.valueOf(name));
        var type = field.marshallingType();
        if (type == MarshallingType.LIST) {
            return list(name, element, field.getRequiredTrait(ListTrait.class));
        }
        if (type == MarshallingType.MAP) {
            var trait = field.getRequiredTrait(MapTrait.class);
            var key = ElementName.of(trait.keyLocationName());
            var value = plan(trait.valueLocationName(), trait.valueFieldInfo());
            return (xml, entries) -> writeEntries(xml, element, key, value, (Map<?, ?>) entries);
        }
        if (type == MarshallingType.SDK_POJO) {
            return (xml, structure) -> {
                xml.open(element);
                write(xml, (SdkPojo) structure, false);
                xml.close(element);
            };
        }
        return type == MarshallingType.STRING
                ? (xml, text) -> xml.element(element, (String) text)
                : (xml, value) -> xml.element(element, Scalars.format(value, millis));
    }

    private Plan list(@Nullable String name, ElementName element, ListTrait trait) {
        if (trait.isFlattened()) {
            var each = plan(name, trait.memberFieldInfo());
            return (xml, items) -> writeEach(xml, each, (List<?>) items);
        }
        var itemName = trait.memberLocationName() == null ? usualItemName : trait.memberLocationName();
        var item = plan(itemName, trait.memberFieldInfo());
        return (xml, items) -> writeItems(xml, element, item, (List<?>) items);
    }

    private static void writeItems(XmlText xml, ElementName name, Plan item, List<?> items) {
        if (items.isEmpty()) {
            xml.empty(name);
            return;
        }
        xml.open(name);
        writeEach(xml, item, items);
        xml.close(name);
    }

    private static void writeEach(XmlText xml, Plan item, List<?> items) {
        for (var each : items) {
            item.write(xml, each);
        }
    }

    private static void writeEntries(
            XmlText xml, ElementName name, ElementName keyName, Plan valuePlan, Map<?, ?> entries) {
        xml.open(name);
        entries.forEach((key, value) -> {
            xml.open(ENTRY).element(keyName, String.valueOf(key));
            valuePlan.write(xml, value);
            xml.close(ENTRY);
        });
        xml.close(name);
    }

    /** The members of the structures that have this very list of fields. */
    private record Members(List<SdkField<?>> fields, List<Member> each) {}

    /** A member of a structure: where its value is and how it is written. */
    private record Member(SdkField<?> field, Plan plan) {}

    /** How one value is written. */
    @FunctionalInterface
    private interface Plan {
        void write(XmlText xml, Object value);
    }
}
