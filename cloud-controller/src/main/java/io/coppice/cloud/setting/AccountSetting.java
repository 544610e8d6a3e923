package io.coppice.cloud.setting;

import java.util.Locale;

/** What an account chooses for its launches. The names in the database follow from those here. */
enum AccountSetting {
    METADATA_HTTP_TOKENS,
    METADATA_HTTP_TOKENS_ENFORCED,
    METADATA_HOP_LIMIT,
    METADATA_HTTP_ENDPOINT,
    METADATA_INSTANCE_TAGS,
    CREDITS_T2,
    CREDITS_T3,
    CREDITS_T3A,
    CREDITS_T4G;

    String column() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static AccountSetting ofColumn(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** The CPU credits of a family, one of {@link CpuCredits#FAMILIES}. */
    static AccountSetting credits(String family) {
        return valueOf("CREDITS_" + family.toUpperCase(Locale.ROOT));
    }
}
