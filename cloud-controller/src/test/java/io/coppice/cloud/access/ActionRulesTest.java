package io.coppice.cloud.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.action.ActionRegistry.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.ListTrait;

/** If this fails, a table names an action or a member of a request that does not exist, and so guards nothing. */
class ActionRulesTest {
    private final ActionRules rules = ActionRules.load();

    @ParameterizedTest
    @EnumSource(Service.class)
    void everyActionAndMemberExists(Service service) {
        var requests = SdkRequests.of(service);
        var faults = new ArrayList<String>();
        for (var rule : rules.rules(service)) {
            var request = requests.get(rule.action());
            if (request == null) {
                faults.add("no action " + rule.action());
                continue;
            }
            rule.taggingAction()
                    .filter(each -> !requests.containsKey(each))
                    .ifPresent(each -> faults.add(rule.action() + " names the action " + each));
            rule.objects().values().stream()
                    .filter(path -> !exists(request, List.of(path)))
                    .forEach(path -> faults.add(rule.action() + " has no " + path));
            for (var resource : rule.resources()) {
                resource.allFields().stream()
                        .filter(path -> !exists(request, List.of(path.split("\\."))))
                        .forEach(path -> faults.add(rule.action() + " has no " + path));
            }
        }
        assertEquals(List.of(), faults);
        assertTrue(!rules.rules(service).isEmpty());
    }

    private static boolean exists(SdkPojo pojo, List<String> path) {
        var field = RequestFields.field(pojo, path.getFirst());
        if (field.isEmpty() || path.size() == 1) {
            return field.isPresent();
        }
        return structure(field.get())
                .map(Supplier::get)
                .filter(inner -> exists(inner, path.subList(1, path.size())))
                .isPresent();
    }

    private static Optional<Supplier<SdkPojo>> structure(SdkField<?> field) {
        var list = field.getOptionalTrait(ListTrait.class);
        return list.isPresent() ? structure(list.get().memberFieldInfo()) : Optional.ofNullable(field.constructor());
    }

    @Test
    void aLineIsRead() {
        var rule = ActionRule.parse(
                "RunThings  image:ImageId +ec2:X=A.B,C  subnet:SubnetId,Nets.Id?  user:Name! &TagThing");
        assertEquals("RunThings", rule.action());
        assertEquals(Optional.of("TagThing"), rule.taggingAction());
        assertEquals(
                new ResourceRule.KeySource(List.of("A.B", "C"), Optional.empty()),
                rule.resources().getFirst().keys().get("ec2:x"));
        assertEquals(ResourceRule.Absence.NOTHING, rule.resources().get(1).absence());
        assertEquals(List.of("SubnetId", "Nets.Id"), rule.resources().get(1).fields());
        assertEquals(ResourceRule.Absence.CALLER, rule.resources().get(2).absence());
    }
}
