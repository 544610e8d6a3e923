package io.coppice.cloud.volume;

import java.util.Arrays;
import java.util.Optional;

/** The volume types, with AWS's limits of their sizes in GiB ("Amazon EBS volume types" in the EBS user guide). */
enum VolumeKind {
    GP2("gp2", 1, 16_384, false),
    GP3("gp3", 1, 65_536, false),
    IO1("io1", 4, 16_384, true),
    IO2("io2", 4, 65_536, true),
    ST1("st1", 125, 16_384, false),
    SC1("sc1", 125, 16_384, false),
    STANDARD("standard", 1, 1_024, false);

    private final String text;
    private final int smallestGib;
    private final int largestGib;
    private final boolean needsIops;

    VolumeKind(String text, int smallestGib, int largestGib, boolean needsIops) {
        this.text = text;
        this.smallestGib = smallestGib;
        this.largestGib = largestGib;
        this.needsIops = needsIops;
    }

    String text() {
        return text;
    }

    /** Whether several instances may have a volume of this type at a time. */
    boolean canBeShared() {
        return this == IO1 || this == IO2;
    }

    boolean needsIops() {
        return needsIops;
    }

    /** Throws {@code InvalidParameterValue} when a volume of this type cannot have this size. */
    void checkSize(int gib) {
        if (gib < smallestGib) {
            throw VolumeErrors.tooSmall(gib, text, smallestGib);
        }
        if (gib > largestGib) {
            throw VolumeErrors.tooLarge(gib, text, largestGib);
        }
    }

    static Optional<VolumeKind> of(String text) {
        return Arrays.stream(values()).filter(kind -> kind.text.equals(text)).findFirst();
    }
}
