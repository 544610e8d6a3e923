package io.coppice.testing.reference;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.access.ActionRules;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.walrus.access.S3Operation;
import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** If this fails, the page by which people write their policies is not what the services ask. */
class AccessPageTest {
    private static final String HEADER = """
            # Actions and resources in policies

            What each action is about, generated from the tables that the services decide by (`AccessPageTest` with
            `-Dgolden.update=true`). An action that is not listed is about no single resource: only `"Resource": "*"` allows it.
            In parentheses stand the condition keys that a resource has beside the global ones and, where it exists, its tags.
            How decisions are made: [identity.md](../identity.md).
            """;

    @Test
    void thePageIsTheCode() throws IOException {
        var rules = ActionRules.load();
        var page = new StringBuilder(HEADER);
        for (var service : Service.values()) {
            var prefix = service.name().toLowerCase(Locale.ROOT);
            page.append("\n## ").append(service).append("\n\n| action | resources |\n|---|---|\n");
            for (var action : rules.actions(service)) {
                page.append("| ").append(prefix).append(':').append(action).append(" | ");
                page.append(rules.describe(service, action)).append(" |\n");
            }
        }
        page.append("\n## S3\n\n| operation | action | resource |\n|---|---|---|\n");
        for (var operation : S3Operation.values()) {
            page.append("| ").append(operation.name().toLowerCase(Locale.ROOT).replace('_', ' '));
            page.append(" | ").append(operation.action());
            page.append(" | ").append(operation.level().words()).append(" |\n");
        }
        assertTrue(page.indexOf("| ec2:RunInstances | `image`") > 0, page.toString());
        GeneratedPage.check("access.md", page.toString());
    }
}
