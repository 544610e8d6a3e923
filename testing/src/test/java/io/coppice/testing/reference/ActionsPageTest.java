package io.coppice.testing.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.coppice.cloud.front.ActionModule;
import io.coppice.cloud.front.ActionRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * If this fails, the list of actions that users read is not what the Cloud Controller answers. The list comes from the
 * compiled calls of {@link ActionRegistry#add}: service and name are constants there.
 */
class ActionsPageTest {
    private static final String HEADER = """
            # Actions

            What the users' door carries out, generated from the actions that features announce (`ActionsPageTest` with
            `-Dgolden.update=true`). Any other action of these services is answered with an error of its own, in the
            service's format. S3 is served by Walrus and not listed here.
            """;

    /** An action, and the feature that carries it out. */
    private record Announced(String service, String action, String feature) {}

    @Test
    void thePageIsTheCode() throws IOException {
        var services = new TreeMap<String, TreeMap<String, String>>();
        announced().forEach(each -> services.computeIfAbsent(each.service(), any -> new TreeMap<>())
                .put(each.action(), each.feature()));
        var page = new StringBuilder(HEADER);
        services.forEach((service, actions) -> {
            page.append("\n## ")
                    .append(service)
                    .append(" (")
                    .append(actions.size())
                    .append(")\n\n");
            page.append("| action | feature |\n|---|---|\n");
            actions.forEach((action, feature) -> page.append("| ")
                    .append(action)
                    .append(" | ")
                    .append(feature)
                    .append(" |\n"));
        });
        GeneratedPage.check("actions.md", page.toString());
    }

    @Test
    void noActionIsAnnouncedTwice() {
        var names = announced().stream()
                .map(each -> each.service() + " " + each.action())
                .toList();
        assertEquals(new TreeSet<>(names).size(), names.size(), names.toString());
        assertTrue(names.contains("EC2 RunInstances"), names.toString());
    }

    private static List<Announced> announced() {
        return new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("io.coppice.cloud")
                        .stream()
                        .filter(type -> type.isAssignableTo(ActionModule.class) && !type.isInterface())
                        .flatMap(type -> announced(type.reflect()).stream())
                        .toList();
    }

    private static List<Announced> announced(Class<?> module) {
        var feature = module.getPackageName().substring("io.coppice.cloud.".length());
        var found = new java.util.ArrayList<Announced>();
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
        var found = new java.util.ArrayList<Announced>();
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
                        && call.name().equalsString("add") -> {
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
