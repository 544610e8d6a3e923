package io.coppice.testing.reference;

import io.coppice.cloud.absent.AbsentSubjects;
import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.place.FlatActionModule;
import io.coppice.testing.architecture.ProductClasses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The actions that features announce, from the compiled calls of {@link ActionRegistry#add}: service and name are constants
 * there. {@link AbsentSubjects} announces its own from a table.
 */
public final class AnnouncedActions {
    /** Actions that AWS does not have: Eucalyptus had them, and its tools call them; those of quotas go with them. */
    public static final Set<String> OF_EUCALYPTUS = Set.of(
            "CreateAccount",
            "ListAccounts",
            "DeleteAccount",
            "PutAccountPolicy",
            "GetAccountPolicy",
            "ListAccountPolicies",
            "DeleteAccountPolicy",
            "PutAccountQuota",
            "ListAccountQuotas",
            "ModifyInstanceTypeAttribute");

    private static final Set<String> ANNOUNCING = Set.of("add", "addUnsigned", "addResolved");

    private AnnouncedActions() {}

    /** An action, and the feature that carries it out. */
    record Announced(String service, String action, String feature) {}

    /** Service to action to feature. */
    public static TreeMap<String, TreeMap<String, String>> byService() {
        var services = new TreeMap<String, TreeMap<String, String>>();
        all().forEach(each ->
                services.computeIfAbsent(each.service(), any -> new TreeMap<>()).put(each.action(), each.feature()));
        return services;
    }

    static List<Announced> all() {
        return ProductClasses.all().stream()
                .filter(type -> type.isAssignableTo(ActionModule.class) && !type.isInterface())
                .filter(type -> !type.isEquivalentTo(AbsentSubjects.class))
                // The other mode's features announce the same actions, and more.
                .filter(type -> !type.isAssignableTo(FlatActionModule.class))
                .flatMap(type -> announced(type.reflect()).stream())
                .toList();
    }

    private static List<Announced> announced(Class<?> module) {
        var feature = module.getPackageName().substring("io.coppice.cloud.".length());
        var found = new ArrayList<Announced>();
        try (var bytes = module.getResourceAsStream(module.getSimpleName() + ".class")) {
            if (bytes == null) {
                throw new AssertionError("no class file of " + module);
            }
            for (var method : ClassFile.of().parse(bytes.readAllBytes()).methods()) {
                method.code().ifPresent(code -> found.addAll(calls(code.elementList(), feature)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static List<Announced> calls(List<CodeElement> code, String feature) {
        var found = new ArrayList<Announced>();
        @Nullable String service = null;
        @Nullable String action = null;
        for (var element : code) {
            switch (element) {
                case FieldInstruction field
                when field.owner().asInternalName().endsWith("ActionRegistry$Service") ->
                    service = field.name().stringValue();
                case ConstantInstruction constant when constant.constantValue() instanceof String text -> action = text;
                case InvokeInstruction call
                when call.owner().asInternalName().endsWith("ActionRegistry")
                        && ANNOUNCING.contains(call.name().stringValue()) -> {
                    if (service == null || action == null) {
                        throw new AssertionError("an action of " + feature + " whose name is not a constant");
                    }
                    found.add(new Announced(service, action, feature));
                    service = null;
                    action = null;
                }
                default -> {
                    // Everything else between two announcements.
                }
            }
        }
        return found;
    }
}
