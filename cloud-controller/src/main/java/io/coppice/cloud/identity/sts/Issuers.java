package io.coppice.cloud.identity.sts;

import io.coppice.cloud.identity.entity.Sql;
import io.coppice.cloud.store.Database;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The issuers that an account trusts: those of its IAM providers, and those of the configuration. Thread-safe. */
final class Issuers {
    private static final Pattern SCHEME = Pattern.compile("^https?://");

    private final Database database;
    private final WebIdentityConfig config;

    Issuers(Database database, WebIdentityConfig config) {
        this.database = database;
        this.config = config;
    }

    /**
     * The issuer with that name.
     *
     * @param account twelve digits
     * @param url what stands in the token as its issuer
     */
    Optional<Issuer> find(String account, String url) {
        var bare = withoutSlash(url);
        var name = SCHEME.matcher(bare).replaceFirst("");
        var arn = "arn:aws:iam::" + account + ":oidc-provider/" + name;
        var configured = config.oidcIssuers().orElse(List.of()).stream()
                .map(Issuers::withoutSlash)
                .anyMatch(bare::equals);
        if (configured) {
            return Optional.of(new Issuer(bare, name, arn, config.oidcAudiences(), true));
        }
        return bare.startsWith("https://") ? ofAccount(account, bare, name, arn) : Optional.empty();
    }

    private Optional<Issuer> ofAccount(String account, String url, String name, String arn) {
        return database
                .call(entities -> Sql.texts(
                                entities,
                                "select client_ids from {h-schema}oidc_providers where account_id = :account and url ="
                                        + " :name")
                        .setParameter("account", account)
                        .setParameter("name", name)
                        .getResultList())
                .stream()
                .findFirst()
                .map(clients -> new Issuer(url, name, arn, clients.lines().toList(), false));
    }

    private static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }
}
