package io.coppice.cloud.identity.provider;

import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The OpenID Connect providers that accounts trust. Works in the caller's transaction. */
public final class OidcProviders {
    private static final int LONGEST_URL = 255;
    private static final int MOST_PER_ACCOUNT = 100;
    private static final int MOST_CLIENTS = 100;
    private static final int MOST_THUMBPRINTS = 5;
    private static final int LONGEST_CLIENT = 255;
    private static final Pattern THUMBPRINT = Pattern.compile("[0-9A-Fa-f]{40}");
    private static final Pattern CLIENT = Pattern.compile("[\\x21-\\x7E]+");
    private static final String SCHEME = "https://";

    private OidcProviders() {}

    /** The account's provider of that ARN. Throws {@code NoSuchEntity}. */
    public static OidcProviderRow byArn(EntityManager entities, AccountId account, @Nullable String arn) {
        var checked = Require.arn("openIDConnectProviderArn", arn);
        return of(entities, account).stream()
                .filter(row -> row.arn().equals(checked))
                .findFirst()
                .orElseThrow(() -> IamErrors.noSuchEntity("OpenIDConnect Provider not found for arn " + checked));
    }

    /** The account's providers, in the order of their ARNs. */
    public static List<OidcProviderRow> of(EntityManager entities, AccountId account) {
        return entities.createQuery(
                        "select p from OidcProvider p where p.accountId = :account order by p.url",
                        OidcProviderRow.class)
                .setParameter("account", account.value())
                .getResultList();
    }

    /** Adds one. Throws {@code EntityAlreadyExists}, {@code LimitExceeded} or {@code ValidationError}. */
    static OidcProviderRow add(EntityManager entities, AccountId account, @Nullable String url, Instant now) {
        var stripped = stripped(url);
        var present = of(entities, account);
        if (present.stream().anyMatch(row -> row.url().equals(stripped))) {
            throw IamErrors.alreadyExists("Provider with url " + SCHEME + stripped + " already exists.");
        }
        if (present.size() >= MOST_PER_ACCOUNT) {
            throw IamErrors.limitExceeded("OpenIDConnectProvidersPerAccount", MOST_PER_ACCOUNT);
        }
        var row = new OidcProviderRow(account, stripped, now);
        entities.persist(row);
        return row;
    }

    /** Sets the audiences. Throws {@code LimitExceeded} or {@code ValidationError}. */
    static void allowClients(OidcProviderRow row, List<String> ids) {
        ids.forEach(id -> Require.pattern(
                "clientIDList", Require.length("clientIDList", id, 1, LONGEST_CLIENT), CLIENT, "visible characters"));
        if (ids.size() > MOST_CLIENTS) {
            throw IamErrors.limitExceeded("ClientIdsPerOpenIdConnectProvider", MOST_CLIENTS);
        }
        row.allowClients(ids);
    }

    /** Sets the thumbprints. Throws {@code ValidationError} or {@code InvalidInput}. */
    static void trust(OidcProviderRow row, List<String> thumbprints) {
        thumbprints.forEach(each -> Require.pattern("thumbprintList", each, THUMBPRINT, "40 hexadecimal digits"));
        if (thumbprints.size() > MOST_THUMBPRINTS) {
            throw IamErrors.invalidInput("Thumbprint list must contain fewer than " + MOST_THUMBPRINTS + " entries.");
        }
        row.trust(thumbprints);
    }

    private static String stripped(@Nullable String url) {
        var checked = Require.length("url", url, 1, LONGEST_URL);
        if (!checked.startsWith(SCHEME) || !wellFormed(checked)) {
            throw IamErrors.validation("Invalid Open ID Connect Provider URL");
        }
        return checked.substring(SCHEME.length()).replaceFirst("/$", "");
    }

    private static boolean wellFormed(String url) {
        try {
            var parsed = new URI(url);
            return parsed.getHost() != null && parsed.getQuery() == null && parsed.getFragment() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
