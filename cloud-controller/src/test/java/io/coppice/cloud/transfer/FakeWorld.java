package io.coppice.cloud.transfer;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.image.BootMode;
import io.coppice.cloud.image.Images;
import io.coppice.cloud.image.NewImages;
import io.coppice.cloud.transfer.CallerCredentials.Signer;
import io.coppice.cloud.volume.CopyTargets;
import io.coppice.cloud.volume.DiskMapping;
import io.coppice.cloud.volume.EncryptionWish;
import io.coppice.cloud.volume.Snapshots;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.proto.ebs.v1.AdvanceTransferRequest;
import io.coppice.proto.ebs.v1.AdvanceTransferResponse;
import io.coppice.proto.ebs.v1.TransferState;
import io.coppice.proto.ebs.v1.VolumeExport;
import io.coppice.wire.error.AwsException;
import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Everything around tasks as the test says, as a test fixture: object store, EBS controller, volumes, images. Not thread-safe. */
final class FakeWorld implements CallerObjects, DiskTransfers, CopyTargets, Snapshots, NewImages, Images {
    static final long GIB = 1L << 30;

    final Map<String, Long> objects = new HashMap<>();
    final Set<String> uploads = new HashSet<>();
    final Set<String> volumes = new HashSet<>();
    final Map<String, Progress> snapshots = new HashMap<>();
    final List<Wish> wishes = new ArrayList<>();
    final Map<String, List<DiskMapping>> images = new HashMap<>();
    final Map<String, BootMode> bootModes = new HashMap<>();
    final Map<String, AccountId> owners = new HashMap<>();
    /** What the EBS controller has under way. */
    final Map<String, AdvanceTransferRequest> transfers = new HashMap<>();

    /** What it was asked for last, of each transfer. */
    final Map<String, AdvanceTransferRequest> asked = new HashMap<>();

    long virtualBytes = 3 * GIB / 2;
    long fileBytes = 100L << 20;
    String failure = "";
    boolean retryable;
    boolean away;
    boolean quotaExceeded;
    String volumeFailure = "";
    int failures;
    /** Of volumes that were made, the keys, {@code null} for none. */
    final List<String> keys = new ArrayList<>();
    /** Whether volumes are encrypted when nothing is said of it. */
    boolean encryptedByDefault;
    /** How many disks there are in an archive. */
    int archived;

    private void answerOrNot() throws IOException {
        if (away) {
            throw new IOException("nobody answers");
        }
    }

    @Override
    public OptionalLong size(Signer signer, String bucket, String key) throws IOException {
        answerOrNot();
        var size = objects.get(bucket + "/" + key);
        return size == null ? OptionalLong.empty() : OptionalLong.of(size);
    }

    @Override
    public URI readable(Signer signer, String bucket, String key, Duration life) {
        return URI.create("http://s3/" + bucket + "/" + key + "?by=" + signer.accessKeyId());
    }

    @Override
    public String begin(Signer signer, String bucket, String key) throws IOException {
        answerOrNot();
        if (!bucket.equals("mine")) {
            throw new Refused(403);
        }
        uploads.add(key);
        return "u-" + key;
    }

    @Override
    public List<URI> parts(Signer signer, Upload upload, int count, Duration life) {
        return IntStream.range(0, count)
                .mapToObj(i -> URI.create("http://s3/" + upload.bucket() + "/part" + i))
                .toList();
    }

    @Override
    public void complete(Signer signer, Upload upload, List<String> etags) throws IOException {
        answerOrNot();
        if (!uploads.remove(upload.key())) {
            throw new Refused(404);
        }
        objects.put(upload.bucket() + "/" + upload.key(), fileBytes);
    }

    @Override
    public void abort(Signer signer, Upload upload) throws IOException {
        answerOrNot();
        uploads.remove(upload.key());
    }

    @Override
    public AdvanceTransferResponse advance(AdvanceTransferRequest request) throws IOException {
        answerOrNot();
        transfers.put(request.getTransferId(), request);
        asked.put(request.getTransferId(), request);
        var answer = AdvanceTransferResponse.newBuilder()
                .setVirtualBytes(virtualBytes)
                .setFileBytes(fileBytes)
                .setPercent(50)
                .setArchivedDisks(request.getSourceFormat().equals("ova") ? archived : 0);
        if (!failure.isEmpty()) {
            failures++;
            return answer.setState(TransferState.TRANSFER_STATE_FAILED)
                    .setFailure(failure)
                    .setRetryable(retryable)
                    .build();
        }
        if (!request.getTargetFormat().isEmpty()) {
            return answer.setState(
                            request.getPartUrlsCount() == 0
                                    ? TransferState.TRANSFER_STATE_CONVERTED
                                    : TransferState.TRANSFER_STATE_DONE)
                    .addAllPartEtags(request.getPartUrlsList())
                    .build();
        }
        return answer.setState(
                        request.getTargetVolumeId().isEmpty()
                                ? TransferState.TRANSFER_STATE_FETCHED
                                : TransferState.TRANSFER_STATE_DONE)
                .build();
    }

    @Override
    public void forget(String transferId) throws IOException {
        answerOrNot();
        transfers.remove(transferId);
    }

    @Override
    public String makeUnserved(EntityManager entities, AccountId account, int sizeGib, @Nullable String kmsKeyId) {
        keys.add(String.valueOf(kmsKeyId));
        if (quotaExceeded) {
            throw AwsException.client("VolumeLimitExceeded", "no more volumes");
        }
        var id = VolumeId.random().value();
        volumes.add(id);
        return id;
    }

    @Override
    public boolean freezesGuests() {
        return true;
    }

    @Override
    public @Nullable String unservedKey(AccountId account, EncryptionWish wish) {
        var name = wish.kmsKeyId() == null ? "own" : wish.kmsKeyId();
        return wish.wanted() || encryptedByDefault ? "arn:" + name : null;
    }

    @Override
    public Optional<String> failure(EntityManager entities, String id) {
        return Optional.of(volumeFailure).filter(text -> !text.isEmpty());
    }

    @Override
    public boolean isStill(EntityManager entities, String id) {
        return volumes.contains(id);
    }

    @Override
    public void delete(EntityManager entities, String id) {
        volumes.remove(id);
    }

    @Override
    public String make(EntityManager entities, AccountId account, String zone, int sizeGib, String instanceId) {
        throw new IllegalStateException("no host is asked");
    }

    @Override
    public Optional<VolumeExport> export(EntityManager entities, String id) {
        throw new IllegalStateException("no host is asked");
    }

    @Override
    public void close(EntityManager entities, String id) {
        throw new IllegalStateException("no host is asked");
    }

    @Override
    public int ownGib(AccountId account, String snapshotId) {
        return 4;
    }

    @Override
    public Set<String> encrypted(Collection<String> snapshotIds) {
        return Set.of();
    }

    @Override
    public List<OfInstance> ofInstance(AccountId account, String instanceId) {
        return List.of();
    }

    @Override
    public Map<String, Progress> progress(Collection<String> snapshotIds) {
        var found = new HashMap<String, Progress>();
        snapshotIds.forEach(id -> found.put(id, snapshots.getOrDefault(id, Progress.GONE)));
        return found;
    }

    @Override
    public List<String> want(EntityManager entities, ChangeCause cause, AccountId account, List<Wish> wanted) {
        wishes.addAll(wanted);
        return wanted.stream()
                .map(wish -> {
                    var id = SnapshotId.random().value();
                    snapshots.put(id, Progress.PENDING);
                    return id;
                })
                .toList();
    }

    @Override
    public void begin(Collection<String> snapshotIds) {
        snapshotIds.forEach(id -> snapshots.put(id, Progress.COMPLETED));
    }

    @Override
    public boolean delete(EntityManager entities, ChangeCause cause, AccountId account, String snapshotId) {
        return snapshots.remove(snapshotId) != null;
    }

    @Override
    public ImageId ofSnapshots(ChangeCause cause, AccountId owner, Wanted wanted, List<DiskMapping> disks) {
        var id = ImageId.random();
        images.put(id.value(), disks);
        bootModes.put(id.value(), wanted.bootMode());
        owners.put(id.value(), owner);
        return id;
    }

    @Override
    public void signal() {
        // Nothing waits.
    }

    @Override
    public LaunchImage forLaunch(AccountId account, ImageId id) {
        var disks = images.get(id.value());
        var owner = owners.get(id.value());
        if (disks == null || owner == null) {
            throw TransferErrors.imageNotFound(id.value());
        }
        return new LaunchImage(id, owner, "", 0, 0, disks.isEmpty() ? "qcow2" : "", "x86_64", "/dev/sda1", disks);
    }

    @Override
    public LaunchImage forReading(AccountId account, ImageId id) {
        return forLaunch(account, id);
    }

    @Override
    public String downloadUrl(ImageId id, int validSeconds) {
        return "http://walrus/" + id;
    }
}
