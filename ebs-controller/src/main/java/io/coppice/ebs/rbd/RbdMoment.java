package io.coppice.ebs.rbd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

/** Takes Ceph's snapshots of several images at one moment, whoever writes to them from wherever. Thread-safe. */
final class RbdMoment {
    /** The one that {@code python3-rbd} is made for, which comes with {@code ceph-common}. */
    private static final String PYTHON = "/usr/bin/python3";

    private static final String PROGRAM = program();

    private RbdMoment() {}

    /**
     * Takes them. What goes wrong may leave some of them taken.
     *
     * @param snapshots each as IMAGE@SNAPSHOT; none of them is there
     */
    static void take(CephTools tools, Collection<String> snapshots) throws IOException {
        tools.python(PYTHON, PROGRAM, tools.pool().pool(), snapshots);
    }

    private static String program() {
        try (var resource = RbdMoment.class.getResourceAsStream("moment.py")) {
            if (resource == null) {
                throw new IllegalStateException("moment.py is missing from this program");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
