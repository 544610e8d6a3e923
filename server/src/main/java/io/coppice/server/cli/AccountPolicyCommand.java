package io.coppice.server.cli;

import io.coppice.server.OperatorException;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Policies that cap everybody in an account, its root included. */
@Command(
        name = "policy",
        description = "Cap what anybody in an account may do.",
        subcommands = {
            AccountPolicyCommand.Put.class,
            AccountPolicyCommand.Get.class,
            AccountPolicyCommand.ListAll.class,
            AccountPolicyCommand.Delete.class
        },
        footerHeading = "%nExample:%n",
        footer = "  ./coppice account policy put research only-small cap.json")
final class AccountPolicyCommand extends CloudCommand {
    private static final String POLICY_NAME = "PolicyName";

    @Override
    public Integer call() {
        throw new OperatorException("policy needs to be told what to do", "Type \"./coppice account policy --help\".");
    }

    @Command(name = "put", description = "Put a policy on an account, or replace it.")
    static final class Put extends AccountCommand.Call {
        @Parameters(index = "0", paramLabel = "ACCOUNT", description = "Name or id of the account.")
        @SuppressWarnings("NullAway.Init")
        private String account;

        @Parameters(index = "1", paramLabel = "POLICY", description = "Name of the policy.")
        @SuppressWarnings("NullAway.Init")
        private String policy;

        @Parameters(index = "2", paramLabel = "FILE", description = "The policy, JSON.")
        @SuppressWarnings("NullAway.Init")
        private Path file;

        @Override
        public Integer call() {
            ask(
                    "PutAccountPolicy",
                    Map.of(
                            AccountCommand.ACCOUNT_NAME,
                            account,
                            POLICY_NAME,
                            policy,
                            "PolicyDocument",
                            AccountCommand.read(file)));
            return 0;
        }
    }

    @Command(name = "get", description = "Print a policy of an account.")
    static final class Get extends AccountCommand.Call {
        @Parameters(index = "0", paramLabel = "ACCOUNT", description = "Name or id of the account.")
        @SuppressWarnings("NullAway.Init")
        private String account;

        @Parameters(index = "1", paramLabel = "POLICY", description = "Name of the policy.")
        @SuppressWarnings("NullAway.Init")
        private String policy;

        @Override
        public Integer call() {
            var answer = ask("GetAccountPolicy", Map.of(AccountCommand.ACCOUNT_NAME, account, POLICY_NAME, policy));
            out().println(answer.text("PolicyDocument"));
            return 0;
        }
    }

    @Command(name = "list", description = "List the policies of an account.")
    static final class ListAll extends AccountCommand.Call {
        @Parameters(paramLabel = "ACCOUNT", description = "Name or id of the account.")
        @SuppressWarnings("NullAway.Init")
        private String account;

        @Override
        public Integer call() {
            ask("ListAccountPolicies", Map.of(AccountCommand.ACCOUNT_NAME, account))
                    .texts("member")
                    .forEach(out()::println);
            return 0;
        }
    }

    @Command(name = "delete", description = "Take a policy off an account.")
    static final class Delete extends AccountCommand.Call {
        @Parameters(index = "0", paramLabel = "ACCOUNT", description = "Name or id of the account.")
        @SuppressWarnings("NullAway.Init")
        private String account;

        @Parameters(index = "1", paramLabel = "POLICY", description = "Name of the policy.")
        @SuppressWarnings("NullAway.Init")
        private String policy;

        @Override
        public Integer call() {
            ask("DeleteAccountPolicy", Map.of(AccountCommand.ACCOUNT_NAME, account, POLICY_NAME, policy));
            return 0;
        }
    }
}
