package io.coppice.server;

import io.coppice.foundation.role.RoleStartException;
import io.coppice.server.settings.Settings;
import java.net.BindException;
import java.sql.SQLException;

/** Finds, in a chain of exceptions, what an operator can understand and put right. */
final class Causes {
    /** SQLSTATE class of "invalid authorization specification" (PostgreSQL, appendix A). */
    private static final String REFUSED_USER = "28";

    private Causes() {}

    /** The first known cause; a general one when nothing is known. */
    static OperatorException operatorException(Throwable failure) {
        Throwable last = failure;
        for (Throwable each = failure; each != null; each = each.getCause()) {
            last = each;
            switch (each) {
                case OperatorException known -> {
                    return known;
                }
                case RoleStartException role -> {
                    return new OperatorException(String.valueOf(role.getMessage()), role.fix(), role);
                }
                case BindException taken -> {
                    return new OperatorException(
                            "a port is taken: " + taken.getMessage(),
                            "Run \"coppice doctor\": it names the port and who has it.",
                            taken);
                }
                case SQLException refusal
                when String.valueOf(refusal.getSQLState()).startsWith(REFUSED_USER) -> {
                    return new OperatorException(
                            "the database refuses the user: " + refusal.getMessage(),
                            "Correct " + Settings.DATABASE_USER + " and the password in "
                                    + Settings.DATABASE_PASSWORD_FILE + " or COPPICE_DATABASE_PASSWORD.",
                            refusal);
                }
                case SQLException database -> {
                    return new OperatorException(
                            "the database does not answer: " + database.getMessage(),
                            "Look at the newest postgresql-*.log, or at the database named in the settings.",
                            database);
                }
                default -> {
                    // Look deeper.
                }
            }
        }
        return new OperatorException("the server could not start: " + last, "Read server.log and server.out.", failure);
    }
}
