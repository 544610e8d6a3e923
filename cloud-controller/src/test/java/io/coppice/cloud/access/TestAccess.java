package io.coppice.cloud.access;

import io.coppice.cloud.identity.AuthorizationMessages;
import io.coppice.cloud.identity.EverybodyMayEverything;
import io.coppice.cloud.identity.PolicySource;
import io.coppice.cloud.identity.SecretBox;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Authorizers for tests. */
public final class TestAccess {
    private TestAccess() {}

    /** Lets everybody do everything. */
    public static Authorizer everything() {
        return with(new EverybodyMayEverything(), List.of(), new HashMap<>());
    }

    /** Asks these policies, with neither tags nor features. */
    public static Authorizer by(PolicySource policies) {
        return with(policies, List.of(), new HashMap<>());
    }

    /** @param tags by resource id */
    static Authorizer with(PolicySource policies, List<ResourceFacts> facts, Map<String, Map<String, String>> tags) {
        return new Authorizer(policies, facts, new FixedTags(tags), messages(), "us-east-1", Clock.systemUTC());
    }

    /** @param tags by resource id */
    static Tags tags(Map<String, Map<String, String>> tags) {
        return new FixedTags(tags);
    }

    static AuthorizationMessages messages() {
        try {
            var folder = Files.createTempDirectory("test-access");
            var messages = new AuthorizationMessages(SecretBox.open(folder));
            Files.delete(folder.resolve("master.key"));
            Files.delete(folder);
            return messages;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record FixedTags(Map<String, Map<String, String>> tags) implements Tags {
        @Override
        public void put(AccountId account, String resourceId, String resourceType, Map<String, String> added) {
            tags.put(resourceId, added);
        }

        @Override
        public void putAll(
                AccountId account, Collection<String> resourceIds, String resourceType, Map<String, String> added) {
            resourceIds.forEach(id -> tags.put(id, added));
        }

        @Override
        public Map<String, Map<String, String>> of(AccountId account, Collection<String> resourceIds) {
            var found = new HashMap<>(tags);
            found.keySet().retainAll(resourceIds);
            return found;
        }

        @Override
        public void removeAll(AccountId account, String resourceId) {
            tags.remove(resourceId);
        }
    }
}
