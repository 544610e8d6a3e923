package io.coppice.cluster.zone;

import com.google.protobuf.ByteString;
import io.coppice.proto.network.v1.EndpointLocation;
import io.coppice.proto.network.v1.EndpointUpdate;
import java.util.ArrayList;
import java.util.List;

/**
 * What a host must be told of a VPC's interfaces, cut into messages. Made and encoded once, and sent to every host that knows as
 * much as the others; only the sequence differs. Pure.
 *
 * @param parts in their order, each with its sequence left open
 */
record NetworkPicture(List<Part> parts) {
    /** Locations of one message; the contract's limit. */
    static final int MOST_LOCATIONS = 1024;

    NetworkPicture {
        parts = List.copyOf(parts);
    }

    /** One message, and its bytes for those who take them. */
    record Part(EndpointUpdate update, ByteString bytes) {
        private static Part of(EndpointUpdate.Builder builder) {
            var update = builder.build();
            return new Part(update, update.toByteString());
        }
    }

    /** All interfaces; at least one message, since there may be none. */
    static NetworkPicture full(String vpcId, List<EndpointLocation> all) {
        var parts = new ArrayList<Part>();
        var from = 0;
        do {
            var to = Math.min(from + MOST_LOCATIONS, all.size());
            parts.add(Part.of(EndpointUpdate.newBuilder()
                    .setVpcId(vpcId)
                    .setFull(true)
                    .addAllPresent(all.subList(from, to))
                    .setMore(to < all.size())));
            from = to;
        } while (from < all.size());
        return new NetworkPicture(parts);
    }

    /** What has changed; each message is a change of its own. */
    static NetworkPicture changes(String vpcId, List<EndpointLocation> present, List<String> gone) {
        var parts = new ArrayList<Part>();
        var most = Math.max(present.size(), gone.size());
        for (var from = 0; from < most; from += MOST_LOCATIONS) {
            parts.add(Part.of(EndpointUpdate.newBuilder()
                    .setVpcId(vpcId)
                    .addAllPresent(slice(present, from))
                    .addAllGoneNetworkInterfaceIds(slice(gone, from))));
        }
        return new NetworkPicture(parts);
    }

    private static <T> List<T> slice(List<T> all, int from) {
        return from >= all.size() ? List.of() : all.subList(from, Math.min(from + MOST_LOCATIONS, all.size()));
    }
}
