package io.coppice.foundation.http;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import io.vertx.core.spi.tls.SslContextFactory;
import javax.net.ssl.SSLException;

/**
 * TLS of an HTTPS server that answers a plain HTTP request with a sentence (400, as text) before it closes, where the
 * stock one cuts the connection without a word. Given to a server as its engine options.
 */
public final class HttpsOnly extends JdkSSLEngineOptions {
    @Override
    public HttpsOnly copy() {
        return new HttpsOnly();
    }

    @Override
    public SslContextFactory sslContextFactory() {
        return new DefaultSslContextFactory(SslProvider.JDK, false) {
            @Override
            public SslContext create() throws SSLException {
                return new HttpsOnlyContext(super.create());
            }
        };
    }
}
