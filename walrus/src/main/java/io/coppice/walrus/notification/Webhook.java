package io.coppice.walrus.notification;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Posts each message to an address; any status of success takes it. */
public final class Webhook implements Destination {
    private static final int SUCCESS = 2;
    private static final int HUNDRED = 100;

    private final URI address;
    private final Optional<String> token;
    private final Duration limit;
    private final HttpClient http;

    /**
     * Posts to {@code address}.
     *
     * @param token what {@code Authorization: Bearer} says, if anything
     * @param limit how long one answer may take
     */
    public Webhook(URI address, Optional<String> token, Duration limit) {
        this.address = address;
        this.token = token;
        this.limit = limit;
        this.http = HttpClient.newBuilder()
                .connectTimeout(limit)
                // A redirect could lead to where the operator did not mean to let anybody in.
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    @Override
    public Outcome deliver(List<Outbox.Message> messages) throws InterruptedException {
        for (int i = 0; i < messages.size(); i++) {
            var failure = post(messages.get(i));
            if (failure.isPresent()) {
                return new Outcome(i, failure);
            }
        }
        return new Outcome(messages.size(), Optional.empty());
    }

    private Optional<String> post(Outbox.Message message) throws InterruptedException {
        var request = HttpRequest.newBuilder(address)
                .timeout(limit)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(message.body()));
        token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        try {
            var answer = http.send(request.build(), HttpResponse.BodyHandlers.discarding());
            return answer.statusCode() / HUNDRED == SUCCESS
                    ? Optional.empty()
                    : Optional.of("it answers " + answer.statusCode());
        } catch (IOException e) {
            return Optional.of(e.toString());
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
