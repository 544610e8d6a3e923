package io.coppice.ebs.serve;

import io.coppice.proto.ebs.v1.VolumeExport;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Where a storage daemon listens, in the words of qemu-storage-daemon-qmp-ref(7). */
sealed interface Listening {
    /** What {@link #server} speaks of by name. */
    List<Map<String, Object>> objects(Admission admission);

    /** The options of {@code --nbd-server}, for so many connections at a time. */
    Map<String, Object> server(int connections);

    /** Where hosts find what is served under this name. */
    VolumeExport export(String name);

    /** At a Unix socket of this machine. */
    record AtSocket(Path path) implements Listening {
        @Override
        public List<Map<String, Object>> objects(Admission admission) {
            return List.of();
        }

        @Override
        public Map<String, Object> server(int connections) {
            return Map.of("addr", Map.of("type", "unix", "path", path.toString()), "max-connections", connections);
        }

        @Override
        public VolumeExport export(String name) {
            return VolumeExport.newBuilder()
                    .setName(name)
                    .setUnixPath(path.toString())
                    .build();
        }
    }

    /** At a port, for those who show the certificate of a host of this cloud and know the export's name. */
    record WithTls(NbdTls tls, int port) implements Listening {
        private static final String CREDENTIALS = "tls";
        /** The list of those who are let in. */
        static final String HOSTS = "hosts";

        @Override
        public List<Map<String, Object>> objects(Admission admission) {
            return List.of(
                    Map.of(
                            "qom-type",
                            "tls-creds-x509",
                            "id",
                            CREDENTIALS,
                            "dir",
                            tls.credentials().toString(),
                            "endpoint",
                            "server",
                            "verify-peer",
                            true),
                    Map.of("qom-type", "authz-list", "id", HOSTS, "policy", "deny", "rules", admission.rules()));
        }

        @Override
        public Map<String, Object> server(int connections) {
            return Map.of(
                    "addr",
                    Map.of("type", "inet", "host", tls.address(), "port", String.valueOf(port)),
                    "max-connections",
                    connections,
                    "tls-creds",
                    CREDENTIALS,
                    "tls-authz",
                    HOSTS);
        }

        @Override
        public VolumeExport export(String name) {
            return VolumeExport.newBuilder()
                    .setName(name)
                    .setTlsAddress(tls.serverName() + "@" + tls.address() + ":" + port)
                    .build();
        }
    }
}
