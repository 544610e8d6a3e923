package io.coppice.server;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Entry point of the process that plays the roles its configuration names. */
@QuarkusMain
public final class CoppiceServer {
    private CoppiceServer() {}

    public static void main(String[] arguments) {
        Quarkus.run(arguments);
    }
}
