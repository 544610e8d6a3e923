package io.coppice.ebs.rbd;

import io.coppice.ebs.layer.EmptyDisk;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.proto.ebs.v1.CephImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The images of a pool: one for each volume and each snapshot, by their ids. An image is whole once it says how many others it
 * lies over; one that does not was cut off while it was made. Thread-safe. Source: rbd(8).
 */
final class RbdImages {
    /** Metadata of an image: how many others it lies over. */
    private static final String DEPTH = "coppice.depth";
    /** What our metadata begin with. */
    private static final String OURS = "coppice.";
    /** Metadata of an image with an encrypted disk in it: the size of that, bytes. */
    private static final String ENCRYPTED = "coppice.encrypted";
    /** What clones of a snapshot's image are made of. */
    private static final String CONTENT = "content";
    /** A snapshot with clones can then be removed, and is kept until they are gone. */
    private static final String[] CLONES_OUTLIVE = {"--rbd-default-clone-format", "2"};

    private static final String QUIET = "--no-progress";
    private static final long GIB = 1L << 30;
    private static final byte[] NOTHING = {};

    private final CephTools tools;
    private final RbdNames names;
    private final RbdAccess access;
    private final RbdAncestry ancestry;

    RbdImages(CephTools tools) {
        this.tools = tools;
        this.names = new RbdNames(tools);
        this.access = new RbdAccess(tools, names);
        this.ancestry = new RbdAncestry(tools);
    }

    /** Who may open them. */
    RbdAccess access() {
        return access;
    }

    private String spec(String image) {
        return names.spec(image);
    }

    /** What QEMU is told of an image. */
    Map<String, Object> node(String image) {
        return tools.pool().node(names.of(image));
    }

    /** What programs of QEMU are told of an image, behind what is said of what is in it. */
    String options(String image) {
        return tools.pool().fileOptions(names.of(image));
    }

    /** What an image is called now, by whoever opens it. */
    CephImage place(String image, String cluster) {
        return CephImage.newBuilder()
                .setCluster(cluster)
                .setPool(tools.pool().pool())
                .setImage(names.of(image))
                .build();
    }

    private String spec(String image, String snapshot) {
        return spec(image) + "@" + snapshot;
    }

    /** What an image says of itself; empty when it is not there, or not whole. */
    Optional<ImageFacts> facts(String image) throws IOException {
        try {
            var said = tools.askJson("image-meta", "list", spec(image));
            if (!said.hasNonNull(DEPTH)) {
                return Optional.empty();
            }
            var encrypted = said.hasNonNull(ENCRYPTED)
                    ? OptionalLong.of(Long.parseLong(said.path(ENCRYPTED).asText()))
                    : OptionalLong.empty();
            return Optional.of(new ImageFacts(Integer.parseInt(said.path(DEPTH).asText()), encrypted));
        } catch (CephRefusal e) {
            if (e.isMissing()) {
                return names.find(image) ? facts(image) : Optional.empty();
            }
            throw e;
        } catch (NumberFormatException e) {
            throw new IOException(image + " does not say how many images lie below it, or how large it is", e);
        }
    }

    /** Ceph's id of what an image lies right over; empty when it stands by itself. */
    Optional<String> below(String image) throws IOException {
        return ancestry.originOf(names.of(image)).map(RbdAncestry.Origin::id);
    }

    boolean isWhole(String image) throws IOException {
        return facts(image).isPresent();
    }

    /** Bytes of an image that is there. */
    long lengthBytes(String image) throws IOException {
        return tools.askJson("info", spec(image)).path("size").asLong();
    }

    /** The sizes of all volumes as guests see them, bytes. They are whole GiB; images with encrypted disks in them are not. */
    Map<VolumeId, Long> volumes() throws IOException {
        var sizes = new HashMap<VolumeId, Long>();
        for (var each : tools.askJsonForLong("ls", "--long", tools.pool().pool())) {
            if (!each.hasNonNull("snapshot")) {
                var name = each.path("image").asText();
                volume(name).ifPresent(id -> {
                    names.learn(name);
                    sizes.put(id, seenBytes(each.path("size").asLong()));
                });
            }
        }
        return sizes;
    }

    private static long seenBytes(long length) {
        // Down to whole GiB: QEMU makes an image longer when its tables need more room than they should.
        return length % GIB == 0 ? length : EmptyDisk.sizeBytes(length) / GIB * GIB;
    }

    /** How many bytes each volume takes. */
    Map<VolumeId, Long> usedBytes() throws IOException {
        var used = new HashMap<VolumeId, Long>();
        for (var each :
                tools.askJsonForLong("du", "--pool", tools.pool().pool()).path("images")) {
            // Of a volume with snapshots: what it had then, and what was written since.
            volume(each.path("name").asText())
                    .ifPresent(id -> used.merge(id, each.path("used_size").asLong(), Long::sum));
        }
        return used;
    }

    private static Optional<VolumeId> volume(String name) {
        try {
            return name.startsWith(VolumeId.PREFIX) ? Optional.of(new VolumeId(RbdNames.id(name))) : Optional.empty();
        } catch (MalformedIdException e) {
            return Optional.empty();
        }
    }

    /** Makes an image of zeros. */
    void create(String image, long sizeBytes) throws IOException {
        make(image, NOTHING, "create", spec(image), "--size", sizeBytes + "B");
        finish(image, ImageFacts.PLAIN);
    }

    /** Makes an image of that length that begins with these bytes, zeros follow. It is not whole before {@link #finish}. */
    void begin(String image, byte[] first, long lengthBytes) throws IOException {
        make(image, first, "import", QUIET, "-", spec(image));
        resize(image, lengthBytes);
    }

    /** Makes an image, which is there only if a crash cut off what made it before. */
    private void make(String image, byte[] input, String... arguments) throws IOException {
        try {
            tools.rbdFrom(input, arguments);
        } catch (CephRefusal e) {
            if (!e.isThere()) {
                throw e;
            }
            removeUnfinished(image);
            tools.rbdFrom(input, arguments);
        }
    }

    /** Makes an image that holds what a snapshot's image holds. It is not whole before {@link #finish}. */
    void cloneOf(String source, String image) throws IOException {
        try {
            tools.rbd("snap", "create", QUIET, spec(source, CONTENT));
        } catch (CephRefusal e) {
            if (!e.isThere()) {
                throw e;
            }
        }
        copy(source, CONTENT, image);
    }

    /**
     * Makes an image that is not whole until {@link #adopt}. One of that name is removed, whoever has it open.
     *
     * @param over an image whose content it has at first; empty: it has zeros
     */
    void prepare(String image, long sizeBytes, Optional<String> over) throws IOException {
        removeOpen(image);
        if (over.isPresent()) {
            cloneOf(over.get(), image);
            if (lengthBytes(image) < sizeBytes) {
                resize(image, sizeBytes);
            }
        } else {
            tools.rbd("create", spec(image), "--size", sizeBytes + "B");
        }
    }

    /** Gives an image of {@link #prepare}, which lies over so many others, the name by which it is whole. */
    void adopt(String prepared, String image, int below) throws IOException {
        finish(prepared, new ImageFacts(below, OptionalLong.empty()));
        tools.rbd("mv", spec(prepared), spec(image));
    }

    /** What an image says of itself besides over how many others it lies. */
    Map<String, String> notes(String image) throws IOException {
        var notes = new HashMap<String, String>();
        for (var each : tools.askJson("image-meta", "list", spec(image)).properties()) {
            if (isNote(each.getKey())) {
                notes.put(each.getKey(), each.getValue().asText());
            }
        }
        return notes;
    }

    private static boolean isNote(String key) {
        return key.startsWith(OURS) && !key.equals(DEPTH);
    }

    /** Has an image say this of itself. */
    void note(String image, Map<String, String> notes) throws IOException {
        for (var each : notes.entrySet()) {
            if (isNote(each.getKey())) {
                tools.rbd("image-meta", "set", spec(image), each.getKey(), each.getValue());
            }
        }
    }

    /** Removes an image that nothing lies over, whoever has it open. */
    void removeOpen(String image) throws IOException {
        access.cutOff(image);
        try {
            tools.rbdForLong("rm", QUIET, spec(image));
        } catch (CephRefusal e) {
            if (!e.isMissing()) {
                throw e;
            }
        }
    }

    /** The images whose names begin so. */
    List<String> named(String prefix) throws IOException {
        var names = new ArrayList<String>();
        for (var each : tools.askJsonForLong("ls", tools.pool().pool())) {
            if (each.asText().startsWith(prefix)) {
                names.add(each.asText());
            }
        }
        return names;
    }

    private void copy(String source, String snapshot, String image) throws IOException {
        make(image, NOTHING, "clone", CLONES_OUTLIVE[0], CLONES_OUTLIVE[1], spec(source, snapshot), spec(image));
    }

    private void removeUnfinished(String image) throws IOException {
        // What fills it may have outlived the crash.
        access.cutOff(image);
        ignoringMissing("rm", QUIET, spec(image));
    }

    /** Says that an image is whole, and what it is. */
    void finish(String image, ImageFacts facts) throws IOException {
        if (facts.isEncrypted()) {
            sayEncrypted(image, facts.encryptedBytes().getAsLong());
        }
        say(image, DEPTH, facts.below());
    }

    /** Says that the encrypted disk in an image is so large now, bytes. */
    void sayEncrypted(String image, long sizeBytes) throws IOException {
        say(image, ENCRYPTED, sizeBytes);
    }

    private void say(String image, String what, long number) throws IOException {
        tools.rbd("image-meta", "set", spec(image), what, String.valueOf(number));
    }

    /** Keeps what a volume holds now, under a snapshot's name within its image; what was kept so before is forgotten. */
    void freeze(String volume, String snapshot) throws IOException {
        try {
            tools.rbd("snap", "create", QUIET, spec(volume, snapshot));
        } catch (CephRefusal e) {
            if (!e.isThere()) {
                throw e;
            }
            // Of an attempt that was cut off: what was acknowledged since then is not in it.
            unfreeze(volume, snapshot);
            tools.rbd("snap", "create", QUIET, spec(volume, snapshot));
        }
    }

    /**
     * Makes what was kept by {@link #freeze} an image of its own; {@code of} are the volume's facts. What later snapshots can be compared
     * with stays until {@link #unfreeze}.
     */
    void keep(String volume, String snapshot, ImageFacts of) throws IOException {
        copy(volume, snapshot, snapshot);
        finish(snapshot, of.over());
    }

    /** As {@link #freeze} of several volumes at one moment, whoever writes to them: by volume, what is kept. */
    void freezeAtOnce(Map<String, String> snapshots) throws IOException {
        AtOnce.all(snapshots.entrySet(), each -> unfreeze(each.getKey(), each.getValue()));
        RbdMoment.take(
                tools,
                snapshots.entrySet().stream()
                        .map(each -> names.of(each.getKey()) + "@" + each.getValue())
                        .toList());
    }

    /** A moment of a volume is needed by its image alone, if there is one. */
    void unfreeze(String image, String snapshot) throws IOException {
        ignoringMissing("snap", "rm", QUIET, spec(image, snapshot));
    }

    void resize(String image, long sizeBytes) throws IOException {
        tools.rbd("resize", QUIET, "--size", sizeBytes + "B", spec(image));
    }

    /** As {@link RbdAccess#flatten}; the image then says so. */
    void flatten(String image) throws IOException {
        access.flatten(image);
        say(image, DEPTH, 0);
    }

    /** Takes an image's name away; its bytes go when nothing lies over them any more, by {@link RbdBin}. */
    void discard(String image) throws IOException {
        if (!isWhole(image)) {
            removeUnfinished(image);
            return;
        }
        if (image.startsWith(SnapshotId.PREFIX)) {
            unfreezeOrigin(image);
        }
        for (var each : tools.askJson("snap", "ls", spec(image))) {
            unfreeze(image, each.path("name").asText());
        }
        ignoringMissing("trash", "mv", spec(image));
    }

    /** Its volume may have kept the moment, to compare later snapshots with. */
    private void unfreezeOrigin(String snapshot) throws IOException {
        var origin = ancestry.originOf(names.of(snapshot));
        if (origin.isPresent()
                && !origin.get().discarded()
                && origin.get().snapshot().equals(snapshot)) {
            unfreeze(origin.get().image(), snapshot);
        }
    }

    private void ignoringMissing(String... arguments) throws IOException {
        try {
            tools.rbd(arguments);
        } catch (CephRefusal e) {
            if (!e.isMissing()) {
                throw e;
            }
        }
    }
}
