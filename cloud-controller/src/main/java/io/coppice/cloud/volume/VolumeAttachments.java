package io.coppice.cloud.volume;

import io.coppice.proto.compute.v1.AttachedVolume;
import io.coppice.wire.error.AwsException;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What instances must know of volumes. Every method works in the caller's transaction. Thread-safe. */
public interface VolumeAttachments {
    /** The volumes that the hosts of these instances should give them, by instance: those that are served by now. */
    Map<String, List<AttachedVolume>> desired(EntityManager entities, Collection<String> instanceIds);

    /** The hosts of locked instances have looked at all of their volumes: each instance has these. One query. */
    void observed(EntityManager entities, Map<String, ? extends Collection<String>> volumesByInstance);

    /** These locked instances have another host now than before, or for the first time one that they belong to. */
    void moved(EntityManager entities, Collection<String> instanceIds);

    /** These instances are gone: their volumes are free, or go with them. */
    void ended(EntityManager entities, Collection<String> instanceIds);

    /** The volumes of these instances besides their root disks, by instance. One query. */
    Map<String, List<Held>> of(EntityManager entities, Collection<String> instanceIds);

    /**
     * From now on these volumes of a locked instance are deleted with it, or not, by device.
     *
     * @throws AwsException {@code InvalidInstanceAttributeValue} when it has nothing at one of the devices; nothing is changed then
     */
    void goWithInstance(EntityManager entities, String instanceId, Map<String, Boolean> byDevice);

    /**
     * A volume as its instance has it.
     *
     * @param state attaching, attached or detaching
     */
    record Held(String volumeId, String device, String state, Instant since, boolean deleteOnTermination) {}
}
