package io.coppice.foundation.role;

import io.coppice.foundation.rpc.Address;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Walrus's S3 door as every role sees it: beyond loopback it speaks HTTPS, unless the cloud was told to serve plain HTTP.
 *
 * @param address where it listens and is dialled
 * @param secure whether it speaks HTTPS
 */
public record S3Door(Address address, boolean secure) {
    /** The door of this cloud. Throws {@link IllegalArgumentException} when its address is none. */
    public static S3Door of(SiteConfig site) {
        var address = Address.parse(site.endpoints().s3());
        return new S3Door(address, !address.loopback() && !site.server().insecure());
    }

    /**
     * The names that its certificate bears: where it is dialled, this machine's loopback, and the domains under which
     * buckets stand in host names.
     */
    public static Set<String> names(String host, Collection<String> domains) {
        var names = new LinkedHashSet<String>(List.of(host, "localhost", "127.0.0.1"));
        domains.forEach(domain -> {
            names.add(domain);
            names.add("*." + domain);
        });
        return names;
    }

    /** Its URL, without a slash at the end. */
    public String url() {
        return (secure ? "https://" : "http://") + address;
    }
}
