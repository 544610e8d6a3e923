package io.coppice.ebs;

import io.coppice.ebs.copy.CopyBook;
import io.coppice.ebs.copy.SignedCopyStore;
import io.coppice.ebs.copy.SnapshotCopier;
import io.coppice.ebs.copy.SnapshotCopiesService;
import io.coppice.ebs.copy.SnapshotHome;
import io.coppice.ebs.copy.SnapshotReturns;
import io.coppice.ebs.volume.LostSnapshots;
import io.coppice.ebs.volume.Transactions;
import io.coppice.foundation.pki.AuthorityTrust;
import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.foundation.role.S3Door;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.foundation.undo.Undo;
import io.grpc.BindableService;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.util.function.Supplier;

/**
 * What copies of snapshots need, wherever the snapshots lie.
 *
 * @param store the object store, once the Cloud Controller permits it
 */
record SnapshotCopying(EbsConfig config, Transactions transactions, CopyBook book, SignedCopyStore store) {
    static SnapshotCopying of(
            SiteConfig site, EbsConfig config, Transactions transactions, OwnCertificate tls, Clock clock)
            throws IOException {
        var store = new SignedCopyStore(
                URI.create(S3Door.of(site).url()),
                site.region(),
                AuthorityTrust.of(tls.current().authority()),
                clock);
        return new SnapshotCopying(config, transactions, new CopyBook(clock), store);
    }

    /**
     * Copies that are made.
     *
     * @param lost brings back snapshots of which there are copies
     * @param door answers who wants copies
     * @param summary how far they are, in words
     */
    record Running(LostSnapshots lost, BindableService door, Supplier<String> summary) {}

    /** Begins to copy the snapshots of {@code home}. */
    Running start(SnapshotHome home, Undo undo) {
        var limits = new SnapshotCopier.Limits(config.copiesAtOnce(), config.copyBytesPerSecond(), config.scanEvery());
        var copier = new SnapshotCopier(transactions, book, home, store, limits);
        copier.start();
        undo.add("stop copying snapshots", copier::close);
        return new Running(
                new SnapshotReturns(transactions, book, home, store, limits),
                new SnapshotCopiesService(store, copier),
                copier::summary);
    }
}
