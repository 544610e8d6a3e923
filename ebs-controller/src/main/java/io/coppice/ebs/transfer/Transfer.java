package io.coppice.ebs.transfer;

import io.coppice.ebs.archive.OvaArchive;
import io.coppice.ebs.archive.UnusableArchiveException;
import io.coppice.ebs.transfer.TransferOrder.FromArchive;
import io.coppice.ebs.transfer.TransferOrder.FromObject;
import io.coppice.ebs.transfer.TransferOrder.FromSnapshot;
import io.coppice.ebs.transfer.TransferOrder.Source;
import io.coppice.ebs.transfer.TransferOrder.ToObject;
import io.coppice.ebs.transfer.TransferOrder.ToVolume;
import io.coppice.ebs.transfer.TransferStatus.Step;
import io.coppice.ebs.volume.LostSnapshots;
import io.coppice.foundation.id.ResourceId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One disk on its way. Each step runs on a thread of its own while a slot is free; between steps it waits for what only its
 * owner can tell. Thread-safe.
 */
final class Transfer {
    private static final Logger LOG = Logger.getLogger(Transfer.class);
    /** What the disks in archives are, which DiskHeader makes sure of. */
    private static final DiskFormat ARCHIVED = DiskFormat.VMDK;

    private final String id;
    private final Source source;
    private final Tools tools;
    private final Path fetched;
    private final Path taken;
    private final Path converted;

    private TransferStatus status = TransferStatus.NEW;
    private @Nullable Thread working;
    private boolean begun;
    private boolean ended;

    /** What transfers share. */
    record Tools(
            QemuImg qemuImg,
            ObjectStore objects,
            StoredDisks disks,
            LostSnapshots lost,
            ObjectStore.Room objectRoom,
            ObjectStore.Room diskRoom,
            Semaphore slots,
            Path folder) {}

    Transfer(String id, Source source, Tools tools) {
        this.id = id;
        this.source = source;
        this.tools = tools;
        this.fetched = tools.folder().resolve(id + ".fetched");
        this.taken = tools.folder().resolve(id + ".taken");
        this.converted = tools.folder().resolve(id + ".converted");
    }

    /** Goes on with what is known now, and tells how far it is. */
    synchronized TransferStatus advance(TransferOrder order) {
        if (working == null && !ended) {
            switch (status.step()) {
                case WAITING -> {
                    if (!begun && !isOnItsWay()) {
                        begun = true;
                        begin(Step.WAITING, this::look);
                    }
                }
                case FETCHED -> order.target().ifPresent(target -> begin(Step.FETCHED, () -> convert(target)));
                case CONVERTED -> {
                    if (!order.partUrls().isEmpty()) {
                        begin(Step.CONVERTED, () -> send(order));
                    }
                }
                case FETCHING, CONVERTING, SENDING, DONE, FAILED -> {
                    // Under way or over.
                }
            }
        }
        return status;
    }

    /** Whether what it reads must first be brought back from where a copy is kept; it waits then, to be asked again. */
    private boolean isOnItsWay() {
        try {
            return source instanceof FromSnapshot from && tools.lost().isOnItsWay(from.id());
        } catch (IOException e) {
            LOG.infof("whether the transfer %s can begin is not known now: %s", id, e.getMessage());
            return true;
        }
    }

    /** Ends it, and removes what it kept. Returns at once; a program that runs for it ends within moments. */
    synchronized void end() {
        ended = true;
        if (working == null) {
            clear();
        } else {
            working.interrupt();
        }
    }

    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    private void begin(Step from, Work work) {
        working = Thread.ofVirtual().name("transfer-" + id).start(() -> inSlot(from, work));
    }

    private void inSlot(Step from, Work work) {
        try {
            tools.slots().acquire();
            try {
                work.run();
            } finally {
                tools.slots().release();
            }
        } catch (InterruptedException e) {
            LOG.debugf("the transfer %s was ended while it waited at %s", id, from);
        } catch (UnusableDiskException | UnusableArchiveException e) {
            become(status().failed(String.valueOf(e.getMessage()), false));
        } catch (IOException e) {
            LOG.infof("the transfer %s could not go on now: %s", id, e.getMessage());
            become(status().failed(String.valueOf(e.getMessage()), true));
        } finally {
            over();
        }
    }

    private synchronized void over() {
        working = null;
        switch (status.step()) {
            case WAITING, FETCHING, CONVERTING, SENDING ->
                // Whatever cut it off stands in the log as what ended the thread.
                status = status.failed("the transfer broke off", true);
            case FETCHED, CONVERTED, DONE, FAILED -> {
                // A step came to its end.
            }
        }
        if (ended || status.step() == Step.DONE || status.step() == Step.FAILED) {
            clear();
        }
    }

    private synchronized TransferStatus status() {
        return status;
    }

    private synchronized void become(TransferStatus next) {
        status = next;
    }

    private synchronized void percent(int done) {
        status = status.percent(done);
    }

    /** Finds out how large the disk is. */
    private void look() throws IOException {
        become(status().at(Step.FETCHING));
        switch (source) {
            case FromObject from -> {
                fetch(from.url());
                measure(from.format());
            }
            case FromArchive from -> {
                fetch(from.url());
                take(from.disk());
                measure(ARCHIVED);
            }
            case FromSnapshot from -> become(status().sized(disk(from.id()).sizeBytes(), 0));
        }
        become(status().at(Step.FETCHED));
    }

    private void fetch(URI url) throws IOException {
        Files.deleteIfExists(fetched);
        tools.objects().fetch(url, fetched, tools.objectRoom(), this::percent);
    }

    /** Puts one disk of the archive that was fetched in its place. */
    private void take(int disk) throws IOException {
        var archive = OvaArchive.read(fetched);
        if (disk >= archive.count()) {
            throw new UnusableDiskException(
                    "the archive has " + archive.count() + " disks now: it was changed meanwhile");
        }
        become(status().outOf(archive.count()));
        tools.diskRoom().require(archive.size(disk));
        archive.extract(disk, taken);
        Files.move(taken, fetched, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void measure(DiskFormat format) throws IOException {
        DiskHeader.check(fetched, format);
        become(status().sized(tools.qemuImg().virtualBytes(fetched, format), Files.size(fetched)));
    }

    /** The format of what was fetched. */
    private DiskFormat format() throws UnusableDiskException {
        return switch (source) {
            case FromObject from -> from.format();
            case FromArchive _ -> ARCHIVED;
            case FromSnapshot _ -> throw new UnusableDiskException("only an object fills a volume");
        };
    }

    private StoredDisk disk(ResourceId of) throws IOException {
        return tools.disks().find(of).orElseThrow(() -> new UnusableDiskException(of + " is gone"));
    }

    /** What leaves in the clear must not have been encrypted. */
    private static StoredDisk plain(StoredDisk disk) throws IOException {
        if (disk.isEncrypted()) {
            throw new UnusableDiskException("an encrypted snapshot is not exported");
        }
        return disk;
    }

    private void convert(TransferOrder.Target target) throws IOException {
        become(status().at(Step.CONVERTING));
        switch (target) {
            case ToVolume to -> fill(disk(to.id()));
            case ToObject to -> {
                tools.diskRoom().require(status().virtualBytes());
                Files.deleteIfExists(converted);
                switch (source) {
                    case FromObject _, FromArchive _ ->
                        tools.qemuImg().rewrite(fetched, format(), converted, to.format(), this::percent);
                    case FromSnapshot from ->
                        tools.qemuImg().extract(plain(disk(from.id())), converted, to.format(), this::percent);
                }
                Files.deleteIfExists(fetched);
                become(status().sized(status().virtualBytes(), Files.size(converted)));
                become(status().at(Step.CONVERTED));
            }
        }
    }

    private void fill(StoredDisk volume) throws IOException {
        var format = format();
        if (volume.sizeBytes() < status().virtualBytes()) {
            throw new UnusableDiskException("the disk is larger than the volume");
        }
        tools.qemuImg().fill(fetched, format, volume, this::percent);
        volume.sync();
        become(status().at(Step.DONE).percent(100));
    }

    private void send(TransferOrder order) throws IOException {
        become(status().at(Step.SENDING));
        var size = Files.size(converted);
        var part = order.partBytes();
        if (part <= 0 || Math.ceilDiv(size, part) != order.partUrls().size()) {
            throw new IOException("an object of " + size + " bytes does not go into "
                    + order.partUrls().size() + " parts of " + part);
        }
        var etags = new ArrayList<String>();
        for (var url : order.partUrls()) {
            var from = part * etags.size();
            etags.add(tools.objects().send(url, converted, from, Math.min(part, size - from)));
            percent(100 * etags.size() / order.partUrls().size());
        }
        become(status().sent(etags));
    }

    private void clear() {
        try {
            Files.deleteIfExists(fetched);
            Files.deleteIfExists(taken);
            Files.deleteIfExists(converted);
        } catch (IOException e) {
            LOG.warnf(e, "what the transfer %s kept could not be removed; the next start does", id);
        }
    }
}
