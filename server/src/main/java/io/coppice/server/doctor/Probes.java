package io.coppice.server.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import io.coppice.server.OperatorException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the checks look at. Behind an interface, so that a test can describe a sick machine. */
public interface Probes {
    /** The feature version of the Java runtime, for example 25. */
    int javaVersion();

    boolean root();

    /** Programs that real guests need and that are not installed. */
    List<String> missingPrograms();

    /** Whether {@code /dev/kvm} is there for us. The Node Controller tells whether it works. */
    boolean kvmDevice();

    /** Bytes that may still be written to the data folder's file system. */
    long freeDiskBytes();

    /** Bytes of memory that programs can still get (proc(5), MemAvailable). */
    long availableMemoryBytes();

    /** Whether the machine's clock is kept by a time service; empty when that cannot be told. */
    Optional<Boolean> clockSynchronized();

    Instant now();

    /** Whether the server process runs. */
    Optional<Long> serverPid();

    /** Whether a pid file lies there whose process is gone. */
    boolean stalePidFile();

    /** What the server says of itself; empty when it does not answer. */
    Optional<JsonNode> status();

    /** Whether the embedded PostgreSQL runs; empty when the cloud uses another. */
    Optional<Boolean> postgres();

    /** Whether something takes connections where the settings' own database should be; empty when the cloud brings one. */
    Optional<Boolean> externalDatabase();

    /** What is wrong with the settings file or the environment, if anything is. */
    Optional<OperatorException> settingsProblem();

    /** Whether the data folder, or the one it would be made in, can be written to. */
    boolean folderWritable();

    /** Whether libvirt answers at the settings' URI. */
    boolean libvirt();

    /** Who listens on an endpoint's port: nothing when it is free. */
    Optional<String> portOwner(String endpointKey);

    /** When the cloud's certificate authority ends; empty when there is none yet. */
    Optional<Instant> authorityEnd();

    /** From when on the authority's certificate counts; empty when there is none yet. */
    Optional<Instant> authorityBegin();

    /** Whether a device with that name is there. */
    boolean device(String name);

    /** The registered sample image's id. */
    Optional<String> sampleImage();
}
