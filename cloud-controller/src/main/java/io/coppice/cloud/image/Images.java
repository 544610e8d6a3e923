package io.coppice.cloud.image;

import io.coppice.cloud.volume.DiskMapping;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import java.util.List;

/** What other features need of images. */
public interface Images {
    /**
     * The image if this account may launch it now; throws {@code InvalidAMIID.NotFound}, {@code InvalidAMIID.Unavailable}, or
     * {@code OperationNotPermitted} for one that is not signed where it must be. Reads the database only.
     */
    LaunchImage forLaunch(AccountId account, ImageId id);

    /** As {@link #forLaunch}, to read it only: whether it is signed does not matter. */
    LaunchImage forReading(AccountId account, ImageId id);

    /**
     * A URL from which a host can read the image's bytes for at least {@code validSeconds}. A remote call to Walrus: for
     * reconcilers, never on a request thread. Throws {@link java.util.NoSuchElementException} when the image is gone.
     */
    String downloadUrl(ImageId id, int validSeconds);

    /**
     * An image that can be launched.
     *
     * @param sha256 of its bytes, lower-case hexadecimal; empty when it is made of snapshots
     * @param virtualSizeBytes of the disk as a guest sees it
     * @param format {@code raw} or {@code qcow2}
     * @param disks the volumes that its instances begin with, the root first; none when its root disk comes from an object
     * @param needs what its instances need besides these
     * @param provenance who vouches for it
     */
    record LaunchImage(
            ImageId id,
            AccountId owner,
            String sha256,
            long sizeBytes,
            long virtualSizeBytes,
            String format,
            String architecture,
            String rootDeviceName,
            List<DiskMapping> disks,
            GuestNeeds needs,
            Provenance provenance) {
        /** One that needs nothing unusual. */
        public LaunchImage(
                ImageId id,
                AccountId owner,
                String sha256,
                long sizeBytes,
                long virtualSizeBytes,
                String format,
                String architecture,
                String rootDeviceName,
                List<DiskMapping> disks) {
            this(
                    id,
                    owner,
                    sha256,
                    sizeBytes,
                    virtualSizeBytes,
                    format,
                    architecture,
                    rootDeviceName,
                    disks,
                    GuestNeeds.USUAL,
                    Provenance.NONE);
        }

        /** Keeps its own copy. */
        public LaunchImage {
            disks = List.copyOf(disks);
        }
    }
}
