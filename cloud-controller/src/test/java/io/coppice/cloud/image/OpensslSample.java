package io.coppice.cloud.image;

/** A signature that openssl has made, as a test fixture: see {@link SignedImagesTest}. */
final class OpensslSample {
    static final String PUBLIC_KEY = """
            -----BEGIN PUBLIC KEY-----
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEnscrnIkxMKTwOrQtDyDm5I8nBP7P
            NjiZsu1sAfENAK2PZIsPQzWgCusQ+cbOgvGYsn3oajERbmiKXvxX61VayA==
            -----END PUBLIC KEY-----
            """;
    static final String SHA256 = "6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d";
    static final String SIGNATURE =
            "MEQCIBeXnUJUN2Rmee73hCYTAbrIXlDtzVjmFbLazSsnp8YyAiB0HpfEzb/2i1atI138G3sxX5buNpP2eqEtbgLXdwrLhQ==";

    private OpensslSample() {}
}
