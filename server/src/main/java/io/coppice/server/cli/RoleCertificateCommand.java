package io.coppice.server.cli;

import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.RolePki;
import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.foundation.role.RoleName;
import io.coppice.foundation.role.S3Door;
import io.coppice.foundation.role.VolumeDoor;
import io.coppice.server.OperatorException;
import io.coppice.server.settings.Defaults;
import io.coppice.server.settings.Settings;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Issues the certificate with which one role proves itself from another machine. It speaks for that role of that zone or
 * region alone; the authority's key stays here.
 */
@Command(
        name = "role-certificate",
        description = {
            "Issue the certificate of a role that runs on another machine (cc, walrus or ebs).",
            "Runs where the Cloud Controller's data folder is; the cloud may be up or down."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./coppice role-certificate walrus --out walrus-pki",
            "  ./coppice role-certificate cc --zone us-east-1b --out cc-pki",
            "",
            "Copy the folder to pki/walrus (pki/cluster-controller, pki/ebs-controller) in the role's data folder,",
            "by a way that nobody reads along: it holds a private key."
        })
final class RoleCertificateCommand extends CloudCommand {
    @Parameters(paramLabel = "ROLE", description = "cc, walrus or ebs.")
    @SuppressWarnings("NullAway.Init")
    private String role;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Where to put the files: a folder that is not there yet.")
    @SuppressWarnings("NullAway.Init")
    private Path out;

    @Option(
            names = "--zone",
            paramLabel = "NAME",
            description = "The zone that a cc or ebs serves; this cloud's when absent.")
    private @Nullable String zone;

    @Option(
            names = "--host",
            paramLabel = "NAME",
            description = {
                "Names and addresses under which Walrus's S3 door is reached; several are possible.",
                "That of coppice.endpoints.s3 here is among them."
            })
    private List<String> hosts = List.of();

    @Override
    public Integer call() {
        var settings = cloud.settings();
        var identity = identity(settings);
        var issued = issue(identity);
        var ends = issued.chain().getFirst().getNotAfter().toInstant();
        out().println("certificate of " + identity + ", valid until " + ends + ", in " + out.toAbsolutePath());
        out().println("copy its files to pki/" + identity.kind().text()
                + " in the data folder on the role's machine, then remove them here");
        return 0;
    }

    private PeerIdentity identity(Settings settings) {
        var region = settings.value(Settings.REGION, Defaults.REGION);
        var served = zone == null ? settings.value(Settings.ZONE, Defaults.zone(region)) : zone;
        try {
            var name = RoleName.parse(role);
            return switch (name) {
                case CLUSTER_CONTROLLER, WALRUS, EBS_CONTROLLER -> RolePki.identity(name, region, served);
                case NODE_CONTROLLER ->
                    throw new OperatorException(
                            "a host gets its certificate when it joins",
                            "Use \"coppice node-token\" here and \"coppice node join TOKEN\" there.");
                case CLOUD_CONTROLLER ->
                    throw new OperatorException(
                            "the Cloud Controller keeps the authority and issues its own certificate",
                            "Name cc, walrus or ebs.");
            };
        } catch (IllegalArgumentException e) {
            throw new OperatorException(String.valueOf(e.getMessage()), "Name cc, walrus or ebs.", e);
        }
    }

    /** Users and hosts speak HTTPS with Walrus: its certificate names where. Hosts look for one name of an EBS controller. */
    private Set<String> names(PeerIdentity identity) {
        if (identity.kind() == PeerKind.EBS_CONTROLLER) {
            return Set.of(VolumeDoor.name(identity.name()));
        }
        if (identity.kind() != PeerKind.WALRUS) {
            return Set.of();
        }
        var settings = cloud.settings();
        var domains = settings.value("coppice.walrus.domains", "s3.localhost,localhost")
                .split(",", -1);
        var names =
                new LinkedHashSet<>(S3Door.names(settings.endpoint(Settings.S3).host(), List.of(domains)));
        names.addAll(hosts);
        return names;
    }

    private TlsMaterial issue(PeerIdentity identity) {
        var authority = RolePki.authorityFolder(folder().root());
        if (!RolePki.hasAuthority(folder().root())) {
            throw new OperatorException(
                    "no certificate authority that this user may use in " + authority,
                    "Name the Cloud Controller's data folder with --data, after its first start.");
        }
        try {
            Files.createDirectory(
                    out.toAbsolutePath(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            var issued = CertificateAuthority.openOrCreate(authority, Clock.systemUTC())
                    .issue(identity, names(identity));
            issued.save(out);
            return issued;
        } catch (FileAlreadyExistsException e) {
            throw new OperatorException(out + " is there already", "Name a folder that is not there yet.", e);
        } catch (IOException e) {
            throw new OperatorException(
                    "cannot issue the certificate: " + e.getMessage(),
                    "Check who may read " + authority + " and write " + out + ".",
                    e);
        }
    }
}
