package io.coppice.cloud.setting;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an account has chosen for launches that do not say it themselves. Immutable. */
public final class LaunchDefaults {
    /** Of an account that has chosen nothing. */
    public static final LaunchDefaults NONE = new LaunchDefaults(Map.of());

    private final Map<AccountSetting, String> chosen;

    LaunchDefaults(Map<AccountSetting, String> chosen) {
        this.chosen = Map.copyOf(chosen);
    }

    /** {@code optional} or {@code required}; null when nothing was chosen. */
    public @Nullable String httpTokens() {
        return chosen.get(AccountSetting.METADATA_HTTP_TOKENS);
    }

    /** Whether no instance may answer requests for metadata without a token. */
    public boolean httpTokensEnforced() {
        return "enabled".equals(enforcement());
    }

    /** {@code enabled} or {@code disabled}; null when nothing was chosen. */
    @Nullable
    String enforcement() {
        return chosen.get(AccountSetting.METADATA_HTTP_TOKENS_ENFORCED);
    }

    /** 1 to 64; null when nothing was chosen. */
    public @Nullable Integer hopLimit() {
        var text = chosen.get(AccountSetting.METADATA_HOP_LIMIT);
        return text == null ? null : Integer.valueOf(text);
    }

    /** {@code enabled} or {@code disabled}; null when nothing was chosen. */
    public @Nullable String httpEndpoint() {
        return chosen.get(AccountSetting.METADATA_HTTP_ENDPOINT);
    }

    /** {@code enabled} or {@code disabled}; null when nothing was chosen. */
    public @Nullable String instanceTags() {
        return chosen.get(AccountSetting.METADATA_INSTANCE_TAGS);
    }

    /** Whether instances of the type are launched with unlimited credits. */
    public boolean unlimited(String instanceType) {
        return CpuCredits.familyOf(instanceType)
                .map(family -> credits(family).equals(CpuCredits.UNLIMITED))
                .orElse(false);
    }

    /** The credits of a family, one of {@link CpuCredits#FAMILIES}. */
    String credits(String family) {
        return chosen.getOrDefault(AccountSetting.credits(family), CpuCredits.usual(family));
    }
}
