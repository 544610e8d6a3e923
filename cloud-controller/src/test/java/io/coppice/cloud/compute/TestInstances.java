package io.coppice.cloud.compute;

/** The entities of instances for the tests of other features. */
public final class TestInstances {
    /** The entity that a test's database must map. */
    public static final Class<?> ENTITY = Instance.class;

    private TestInstances() {}
}
