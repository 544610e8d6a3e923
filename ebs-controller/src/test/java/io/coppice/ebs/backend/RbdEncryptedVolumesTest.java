package io.coppice.ebs.backend;

import io.coppice.ebs.key.DiskKeys;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;

/**
 * If this failed, {@link EncryptedVolumes}, and all that holds for volumes in the clear, would not hold for encrypted volumes in
 * Ceph. {@link RbdEncryptionTest} is the part of it that every run has.
 */
@Tag("full")
class RbdEncryptedVolumesTest extends RbdVolumesTest implements EncryptedVolumes {
    private final TestKeys testKeys = new TestKeys();

    @Override
    DiskKeys keys() {
        return testKeys;
    }

    @Override
    public ServedVolumesContract test() {
        return this;
    }

    @Override
    public TestKeys testKeys() {
        return testKeys;
    }

    @Override
    public List<byte[]> stored() throws IOException {
        return ((RbdUnderTest) started()).bytes();
    }
}
