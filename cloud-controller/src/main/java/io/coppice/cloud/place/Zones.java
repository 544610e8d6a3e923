package io.coppice.cloud.place;

import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The region and its availability zones. Thread-safe. */
@ApplicationScoped
public class Zones {
    private static final Pattern AWS_LIKE = Pattern.compile("([a-z]{2})-([a-z])[a-z]+-([0-9]+)([a-z])");

    private final SiteConfig site;

    /** For the container and for tests. */
    public Zones(SiteConfig site) {
        this.site = site;
    }

    /** The region's name. */
    public String region() {
        return site.region();
    }

    /** The zone to use: the named one, or the first when none is named. Throws {@code InvalidZone.NotFound}. */
    public String require(@Nullable String name) {
        if (name == null || name.isEmpty() || name.equals(site.zone())) {
            return site.zone();
        }
        throw PlaceErrors.zoneNotFound(name);
    }

    /** The only zone of this cloud so far. */
    String zone() {
        return site.zone();
    }

    /** The zone's id: {@code use1-az1} for {@code us-east-1a}, the name itself for names of another form. */
    public static String idOf(String zone) {
        var parts = AWS_LIKE.matcher(zone);
        return parts.matches()
                ? parts.group(1) + parts.group(2) + parts.group(3) + "-az"
                        + (parts.group(4).charAt(0) - 'a' + 1)
                : zone;
    }
}
