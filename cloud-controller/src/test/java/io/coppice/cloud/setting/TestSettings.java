package io.coppice.cloud.setting;

/** The settings of accounts in a test's database, as a test fixture. */
public final class TestSettings {
    private TestSettings() {}

    /** As the product keeps them. */
    public static AccountSettings stored() {
        return new StoredAccountSettings();
    }
}
