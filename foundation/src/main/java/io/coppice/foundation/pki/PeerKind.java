package io.coppice.foundation.pki;

/** The kinds of parties that hold a certificate of the cloud. */
public enum PeerKind {
    CLOUD_CONTROLLER("cloud-controller"),
    CLUSTER_CONTROLLER("cluster-controller"),
    NODE("node"),
    WALRUS("walrus"),
    EBS_CONTROLLER("ebs-controller"),
    /** The command line of this cloud's operator. */
    OPERATOR("operator");

    private final String text;

    PeerKind(String text) {
        this.text = text;
    }

    /** The kind as it stands in a certificate. */
    public String text() {
        return text;
    }
}
