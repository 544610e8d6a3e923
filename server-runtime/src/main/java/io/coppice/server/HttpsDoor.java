package io.coppice.server;

import io.coppice.foundation.http.HttpsOnly;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.enterprise.context.ApplicationScoped;

/** Makes the users' door, where it speaks HTTPS, tell callers who speak plain HTTP so. */
@ApplicationScoped
class HttpsDoor implements HttpServerOptionsCustomizer {
    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        options.setSslEngineOptions(new HttpsOnly());
    }
}
