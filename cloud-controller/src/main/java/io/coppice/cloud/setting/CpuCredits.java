package io.coppice.cloud.setting;

import java.util.Optional;
import java.util.Set;

/**
 * The CPU credits of burstable instances, in the API's words. No guest of this cloud is ever throttled for want of them:
 * they are kept and told, as clients expect. Source: EC2 user guide, "Burstable performance instances".
 */
public final class CpuCredits {
    /** An instance that is never throttled. */
    public static final String UNLIMITED = "unlimited";
    /** An instance that is throttled when its credits are used up. */
    public static final String STANDARD = "standard";
    /** The families of types that have credits to choose. */
    public static final Set<String> FAMILIES = Set.of("t2", "t3", "t3a", "t4g");

    private CpuCredits() {}

    /** The family of a type that has credits to choose, empty for any other type. */
    public static Optional<String> familyOf(String instanceType) {
        return Optional.of(instanceType.substring(0, Math.max(0, instanceType.indexOf('.'))))
                .filter(FAMILIES::contains);
    }

    /** Whether a value is one of the two. */
    public static boolean isKnown(String value) {
        return value.equals(UNLIMITED) || value.equals(STANDARD);
    }

    /** What an instance of the family has when neither launch nor account says anything. */
    static String usual(String family) {
        return family.equals("t2") ? STANDARD : UNLIMITED;
    }
}
