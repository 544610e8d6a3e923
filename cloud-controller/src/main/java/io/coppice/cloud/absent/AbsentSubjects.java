package io.coppice.cloud.absent;

import io.coppice.cloud.action.ActionHandler;
import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.wire.query.Operation;
import io.coppice.wire.query.QueryService;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SequencedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.utils.builder.Buildable;

/**
 * Announces the listing actions of every subject that this cloud does not have. They are read and answered by the AWS
 * SDK's model, so none has a class of its own; a feature that brings a subject takes its lines out of
 * {@code absent-actions.txt}. Thread-safe.
 */
@ApplicationScoped
public class AbsentSubjects implements ActionModule {
    private static final String FILE = "absent-actions.txt";

    private final boolean flat;

    /** For the container and for tests. */
    public AbsentSubjects(SiteConfig site) {
        flat = !site.network().mode().vpcs();
    }

    /** The EC2 actions that are answered here in either mode of the network, in order. */
    public static SequencedSet<String> actions() {
        return read().stream()
                .filter(action -> !action.flatOnly())
                .map(AbsentAction::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public void register(ActionRegistry registry) {
        for (var action : read()) {
            if (action.flatOnly() && !flat) {
                continue;
            }
            var operation = QueryService.EC2
                    .operation(action.name())
                    .orElseThrow(() -> new IllegalStateException(FILE + " names an unknown action, " + action.name()));
            add(registry, action, operation);
        }
    }

    private static <B extends Buildable & SdkPojo> void add(
            ActionRegistry registry, AbsentAction action, Operation operation) {
        ActionHandler<SdkPojo, SdkPojo> handler = new EmptyAnswer(action, operation);
        registry.<SdkPojo, B, SdkPojo>add(Service.EC2, action.name(), operation::newRequest, handler);
    }

    static List<AbsentAction> read() {
        try (var file = AbsentSubjects.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException(FILE + " is missing beside " + AbsentSubjects.class);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(AbsentAction::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
