package io.coppice.cloud.volume;

import io.coppice.cloud.peer.PeerChannels;
import io.coppice.cloud.place.Zones;
import io.coppice.proto.ebs.v1.CopyForm;
import io.coppice.proto.ebs.v1.StorageAbilities;
import io.grpc.Channel;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The EBS controllers of the zones, one each. Thread-safe. */
@ApplicationScoped
class EbsLinks {
    private static final StorageAbilities ALL =
            StorageAbilities.newBuilder().setEncryption(true).setCopies(true).build();

    private final String standard;
    private final List<String> zones;
    private final Function<String, ? extends Channel> channels;
    private final Map<String, StorageAbilities> abilities = new ConcurrentHashMap<>();

    @Inject
    EbsLinks(Zones zones, PeerChannels channels) {
        this.standard = zones.standard();
        this.zones = zones.all();
        this.channels = channels::ebs;
    }

    /** With a channel for each zone; for tests. */
    EbsLinks(String standard, Map<String, ? extends Supplier<? extends Channel>> channels) {
        this.standard = standard;
        this.zones = List.copyOf(channels.keySet());
        this.channels = zone -> Objects.requireNonNull(channels.get(zone), zone).get();
    }

    /** The names of the zones. */
    List<String> zones() {
        return zones;
    }

    /** The zone of what was made while the cloud had one. */
    String standard() {
        return standard;
    }

    /** An EBS controller has said what can be done with what it keeps. */
    void learn(String zone, StorageAbilities can) {
        abilities.put(zone, can);
    }

    /** What can be done with the volumes and snapshots of a zone; all of it as long as nothing else was said. */
    StorageAbilities abilities(String zone) {
        return abilities.getOrDefault(zone, ALL);
    }

    /** Whether a zone can read copies of snapshots of another one, as far as both have said. */
    boolean canBring(String home, String zone) {
        var from = abilities(home);
        var to = abilities(zone);
        var form =
                from.getCopyForm() == CopyForm.COPY_FORM_UNSPECIFIED ? CopyForm.COPY_FORM_LAYERS : from.getCopyForm();
        var readable = to.getReadableCopyFormsCount() == 0
                ? List.of(CopyForm.COPY_FORM_LAYERS)
                : to.getReadableCopyFormsList();
        return from.getCopies() && to.getCopies() && readable.contains(form);
    }

    /** The channel to the EBS controller of one of {@link #zones}. */
    Channel of(String zone) {
        var channel = channels.apply(zone);
        // Else one that is back would be asked again only after the channel's own pause, which grows to two minutes.
        if (channel instanceof ManagedChannel managed
                && managed.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            managed.resetConnectBackoff();
        }
        return channel;
    }

    /** Something for each zone, by its name. */
    <T> Map<String, T> each(Function<String, T> make) {
        return zones.stream().collect(Collectors.toUnmodifiableMap(Function.identity(), make));
    }
}
