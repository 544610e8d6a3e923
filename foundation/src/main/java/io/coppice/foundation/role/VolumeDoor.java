package io.coppice.foundation.role;

/** What hosts look for in the certificate of who serves volumes to them with TLS. */
public final class VolumeDoor {
    private VolumeDoor() {}

    /** The name for the EBS controller of a zone: no host of that name need exist. */
    public static String name(String zone) {
        return "volumes." + zone;
    }
}
