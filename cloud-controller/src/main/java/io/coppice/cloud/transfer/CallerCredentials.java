package io.coppice.cloud.transfer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.cloud.action.Caller;
import io.coppice.cloud.action.Session;
import io.coppice.cloud.identity.SecretBox;
import io.coppice.cloud.identity.session.SessionGrant;
import io.coppice.cloud.identity.session.SessionTokens;
import jakarta.inject.Singleton;
import java.util.Map;

/**
 * Temporary credentials by which a task reads and writes objects as who asked for it: every rule of the object store then
 * holds for the task as for him, and what his account may no longer do the task may no longer do either. Sealed while they
 * are kept. Thread-safe.
 */
@Singleton
class CallerCredentials {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String OWNER = "disk task ";

    private final SessionTokens tokens;
    private final SecretBox secrets;
    private final TransferConfig config;

    CallerCredentials(SessionTokens tokens, SecretBox secrets, TransferConfig config) {
        this.tokens = tokens;
        this.secrets = secrets;
        this.config = config;
    }

    /** What signs requests. */
    record Signer(String accessKeyId, String secret, String sessionToken) {
        /** Without the secrets. */
        @Override
        public String toString() {
            return "Signer[" + accessKeyId + "]";
        }
    }

    /** Credentials with the caller's rights, for the life of a task. */
    Signer issue(Caller caller) {
        var life = config.life();
        var grant = caller.session()
                .map(session -> new SessionGrant(
                        session.kind(),
                        caller.account(),
                        session.principalId(),
                        session.name(),
                        life,
                        session.restriction(),
                        session.tags(),
                        session.origin()))
                .orElseGet(() -> SessionGrant.plain(Session.Kind.USER, caller.account(), caller.userId(), "", life));
        var issued = tokens.issue(grant);
        return new Signer(issued.accessKeyId(), issued.secretAccessKey(), issued.sessionToken());
    }

    /** As the task's row keeps them. */
    byte[] seal(String taskId, Signer signer) {
        try {
            return secrets.seal(
                    OWNER + taskId,
                    JSON.writeValueAsString(Map.of(
                            "id", signer.accessKeyId(), "secret", signer.secret(), "token", signer.sessionToken())));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts can be written as JSON", e);
        }
    }

    /** Those of a task that is under way. */
    Signer open(TaskRow task) {
        try {
            var json = JSON.readTree(secrets.open(OWNER + task.id(), task.credentials()));
            return new Signer(
                    json.path("id").asText(),
                    json.path("secret").asText(),
                    json.path("token").asText());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the credentials of " + task.id() + " were sealed here and can be read", e);
        }
    }
}
