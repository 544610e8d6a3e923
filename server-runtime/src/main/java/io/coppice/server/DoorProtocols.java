package io.coppice.server;

import io.coppice.foundation.http.HttpsOnly;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.enterprise.context.ApplicationScoped;

/** Settles what the users' door speaks: where it is HTTPS, callers who speak plain HTTP are told so. */
@ApplicationScoped
class DoorProtocols implements HttpServerOptionsCustomizer {
    /**
     * Without an offer of HTTP/2 in clear text, as at AWS: a client that takes it up in a request with a long body would find
     * the connection broken.
     */
    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        options.setHttp2ClearTextEnabled(false);
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        options.setSslEngineOptions(new HttpsOnly());
    }
}
