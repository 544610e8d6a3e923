package io.coppice.server.cli;

import io.coppice.server.OperatorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Administers the accounts of the cloud, by the access key of the cloud's own account. */
@Command(
        name = "account",
        description = "Make, list and delete accounts, cap them, set their quotas.",
        subcommands = {
            AccountCommand.Create.class,
            AccountCommand.ListAll.class,
            AccountCommand.Delete.class,
            AccountCommand.Key.class,
            AccountPolicyCommand.class,
            AccountCommand.Quotas.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./coppice account create research",
            "  eval \"$(./coppice account key research)\"",
            "  ./coppice account quotas research --set instances=20"
        })
final class AccountCommand extends CloudCommand {
    /** The parameter that names the account. */
    static final String ACCOUNT_NAME = "AccountName";

    @Override
    public Integer call() {
        throw new OperatorException("account needs to be told what to do", "Type \"./coppice account --help\".");
    }

    /** What every subcommand has: the way to the cloud. */
    abstract static class Call extends CloudCommand {
        /** Asks the cloud once. */
        final IamQuery.Answer ask(String action, Map<String, String> parameters) {
            try (var iam = new IamQuery(folder(), cloud.settings())) {
                return iam.call(action, parameters);
            }
        }
    }

    @Command(name = "create", description = "Make an account with a user admin.")
    static final class Create extends Call {
        @Parameters(paramLabel = "NAME", description = "3 to 63 lower-case letters, digits and hyphens.")
        @SuppressWarnings("NullAway.Init")
        private String name;

        @Override
        public Integer call() {
            var made = ask("CreateAccount", Map.of(ACCOUNT_NAME, name));
            out().println(made.text("AccountId"));
            return 0;
        }
    }

    @Command(name = "list", description = "List the accounts: id and name.")
    static final class ListAll extends Call {
        @Override
        public Integer call() {
            for (var account : ask("ListAccounts", Map.of()).structures("member")) {
                out().println(account.get("AccountId") + "  " + account.get(ACCOUNT_NAME));
            }
            return 0;
        }
    }

    @Command(name = "delete", description = "Delete an account that has no instances, volumes, images and the like.")
    static final class Delete extends Call {
        @Parameters(paramLabel = "NAME", description = "Name or id of the account.")
        @SuppressWarnings("NullAway.Init")
        private String name;

        @Option(names = "--recursive", description = "Delete its users, groups, roles and policies with it.")
        private boolean recursive;

        @Override
        public Integer call() {
            ask("DeleteAccount", Map.of(ACCOUNT_NAME, name, "Recursive", Boolean.toString(recursive)));
            return 0;
        }
    }

    @Command(name = "key", description = "Make an access key of an account's user or root, as lines for a shell.")
    static final class Key extends Call {
        @Parameters(paramLabel = "NAME", description = "Name or id of the account.")
        @SuppressWarnings("NullAway.Init")
        private String name;

        @Option(
                names = "--user",
                paramLabel = "USER",
                description = "Whose key it will be; ${DEFAULT-VALUE} when absent.")
        private String user = "admin";

        @Option(
                names = "--root",
                description = "Make it the root's: no policy binds it. Keep it for what nobody else can mend.")
        private boolean root;

        @Override
        public Integer call() {
            var whose = root ? Map.of("DelegateAccount", name) : Map.of("UserName", user, "DelegateAccount", name);
            var made = ask("CreateAccessKey", whose);
            var values = new LinkedHashMap<String, String>();
            values.put("AWS_ACCESS_KEY_ID", made.text("AccessKeyId"));
            values.put("AWS_SECRET_ACCESS_KEY", made.text("SecretAccessKey"));
            out().print(EnvCommand.exports(values));
            out().flush();
            return 0;
        }
    }

    @Command(name = "quotas", description = "Show an account's quotas, or set one.")
    static final class Quotas extends Call {
        @Parameters(paramLabel = "NAME", description = "Name or id of the account.")
        @SuppressWarnings("NullAway.Init")
        private String name;

        @Option(
                names = "--set",
                paramLabel = "QUOTA=NUMBER",
                description = "Set a quota; QUOTA=default goes back to the configuration.")
        private @Nullable Map<String, String> changes;

        @Override
        public Integer call() {
            var wanted = changes == null ? Map.<String, String>of() : changes;
            new TreeMap<>(wanted).forEach((quota, value) -> {
                var parameters = new TreeMap<>(Map.of(ACCOUNT_NAME, name, "Quota", quota));
                if (!value.equals("default")) {
                    parameters.put("Value", value);
                }
                ask("PutAccountQuota", parameters);
            });
            for (var quota :
                    ask("ListAccountQuotas", Map.of(ACCOUNT_NAME, name)).structures("member")) {
                out().printf("%-24s %12s%n", quota.get("Quota"), quota.get("Value"));
            }
            out().flush();
            return 0;
        }
    }

    /** The text of a file; throws {@link OperatorException}. */
    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new OperatorException(
                    "cannot read " + file + ": " + e.getMessage(), "Name a file that you may read.", e);
        }
    }
}
