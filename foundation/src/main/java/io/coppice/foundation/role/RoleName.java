package io.coppice.foundation.role;

import java.util.Arrays;

/** The roles that a Coppice process can play. The short name is that of the command line and of configuration. */
public enum RoleName {
    CLOUD_CONTROLLER("clc", "cloud-controller"),
    CLUSTER_CONTROLLER("cc", "cluster-controller"),
    NODE_CONTROLLER("nc", "node-controller"),
    WALRUS("walrus", "walrus"),
    EBS_CONTROLLER("ebs", "ebs-controller");

    private final String shortName;
    private final String longName;

    RoleName(String shortName, String longName) {
        this.shortName = shortName;
        this.longName = longName;
    }

    /** For example {@code clc}. */
    public String shortName() {
        return shortName;
    }

    /** For example {@code cloud-controller}: also the name of its module, its log file and its certificate. */
    public String longName() {
        return longName;
    }

    /** Reads either name; throws {@link IllegalArgumentException} with the names that exist. */
    public static RoleName parse(String text) {
        return Arrays.stream(values())
                .filter(role -> role.shortName.equals(text) || role.longName.equals(text))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("no role \"" + text + "\": choose from clc, cc, nc, walrus, ebs"));
    }
}
