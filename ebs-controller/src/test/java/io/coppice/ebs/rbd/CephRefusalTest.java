package io.coppice.ebs.rbd;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** If this failed, a volume would be taken for lost while it comes to stand by itself. */
class CephRefusalTest {
    private static final int NO_SUCH_ENTRY = 2;

    @Test
    void anImageWhoseParentJustWentIsNotMissing() {
        var missing = "rbd: error opening image vol-1: (2) No such file or directory\n";
        assertTrue(new CephRefusal("rbd info", NO_SUCH_ENTRY, missing).isMissing());
        // As Ceph 16.2 says it.
        var went = "2026-11-22T12:25:43.460+0000 7f65826f96c0 -1 librbd::image::RefreshParentRequest:"
                + " failed to open parent image: (2) No such file or directory\n\n" + missing;
        var refusal = new CephRefusal("rbd info", NO_SUCH_ENTRY, went);
        assertFalse(refusal.isMissing());
        assertTrue(String.valueOf(refusal.getMessage())
                .endsWith("error opening image vol-1: (2) No such file or directory"));
    }
}
