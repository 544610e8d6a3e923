package io.coppice.testing.architecture;

import java.util.Arrays;

/** The parts of the product, by the package that holds each. */
enum Part {
    FOUNDATION("io.coppice.foundation"),
    PROTO("io.coppice.proto"),
    WIRE("io.coppice.wire"),
    ACCESS_POLICY("io.coppice.policy"),
    CLOUD_CONTROLLER("io.coppice.cloud"),
    CLUSTER_CONTROLLER("io.coppice.cluster"),
    NODE_CONTROLLER("io.coppice.node"),
    WALRUS("io.coppice.walrus"),
    EBS_CONTROLLER("io.coppice.ebs"),
    SERVER("io.coppice.server");

    private final String root;

    Part(String root) {
        this.root = root;
    }

    /** ArchUnit's pattern for the part's packages. */
    String packages() {
        return root + "..";
    }

    /** The patterns of all parts except this one and those it may know. */
    String[] strangers(Part... known) {
        return Arrays.stream(values())
                .filter(part -> part != this && !Arrays.asList(known).contains(part))
                .map(Part::packages)
                .toArray(String[]::new);
    }
}
