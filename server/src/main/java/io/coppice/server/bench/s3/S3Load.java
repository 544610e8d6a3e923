package io.coppice.server.bench.s3;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.server.bench.s3.S3Connection.Body;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * The program that puts load on one S3 server, as a process of its own so that neither its memory nor its compiler is the
 * server's. Clients are threads with a connection each. Writes one {@link S3Figure} a line, as JSON, to its standard output.
 */
public final class S3Load {
    /** How long after the end of a row an answer may still come. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final HexFormat HEX = HexFormat.of();
    private static final int LISTED_KEYS = 10_000;
    private static final int NUMBER_DIGITS = 8;
    private static final int LEAST_OBJECTS = 64;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final Pattern UPLOAD = Pattern.compile("<UploadId>([^<]+)</UploadId>");
    private static final Pattern TOKEN = Pattern.compile("<NextContinuationToken>([^<]+)</NextContinuationToken>");

    private final S3Connection.Target target;
    private final Plan plan;
    private final AtomicLong sequence = new AtomicLong();
    private final long[] written = new long[S3Row.values().length];
    private volatile long deletable;
    private final Body small = body(S3Row.Sizes.SMALL);
    private final Body medium = body(S3Row.Sizes.MEDIUM);
    private final Body part = body(S3Row.Sizes.PART);

    /**
     * What is to be done.
     *
     * @param bucket made when it is not there; its list has a bucket of its own beside it
     * @param seconds that each row is measured
     * @param warmUpSeconds that each row runs before
     * @param rows by their names
     * @param pids of the server, for its processor time; may be empty
     */
    record Plan(String bucket, int seconds, int warmUpSeconds, List<S3Row> rows, List<Long> pids) {}

    private S3Load(S3Connection.Target target, Plan plan) {
        this.target = target;
        this.plan = plan;
    }

    /**
     * Takes endpoint, region, bucket, seconds, seconds of warm-up, rows and process ids (both with commas); the access key
     * comes in the environment as for other AWS clients.
     */
    public static void main(String[] arguments) throws Exception {
        var environment = System.getenv();
        var target = new S3Connection.Target(
                URI.create(arguments[0]),
                arguments[1],
                environment.getOrDefault("AWS_ACCESS_KEY_ID", ""),
                environment.getOrDefault("AWS_SECRET_ACCESS_KEY", ""));
        var rows = Arrays.stream(arguments[5].split(",")).map(S3Row::valueOf).toList();
        var pids = Arrays.stream(arguments[6].split(","))
                .filter(each -> !each.isEmpty())
                .map(Long::valueOf)
                .toList();
        new S3Load(
                        target,
                        new Plan(
                                arguments[2],
                                Integer.parseInt(arguments[3]),
                                Integer.parseInt(arguments[4]),
                                rows,
                                pids))
                .run();
    }

    private void run() throws Exception {
        if (!target.accessKeyId().isEmpty()) {
            try (var connection = new S3Connection(target)) {
                must(connection.call("PUT", "/" + plan.bucket(), "", Body.NONE, true), "make the bucket");
            }
        }
        for (var row : plan.rows()) {
            if (row == S3Row.LIST) {
                fillList();
            } else if (row == S3Row.GET_64M && target.accessKeyId().isEmpty()) {
                putLargeWhole();
            }
            var figure = measure(row);
            System.out.println(new ObjectMapper().writeValueAsString(figure));
            System.out.flush();
        }
    }

    private S3Figure measure(S3Row row) throws Exception {
        if (row != S3Row.DELETE) {
            sequence.set(written[row.ordinal()]);
        } else {
            sequence.set(0);
        }
        // A warm-up of deletions must leave something to delete.
        deletable = written[S3Row.PUT_4K.ordinal()] / 2;
        clients(row, plan.warmUpSeconds());
        deletable = written[S3Row.PUT_4K.ordinal()];
        if (row == S3Row.DELETE) {
            sequence.set(Math.min(sequence.get(), deletable / 2));
        }
        var flushesBefore = MachineCounters.flushes();
        var microsBefore = MachineCounters.micros(plan.pids());
        var begun = System.nanoTime();
        var clients = clients(row, plan.seconds());
        var seconds = (System.nanoTime() - begun) / NANOS_PER_SECOND;
        var micros = MachineCounters.micros(plan.pids()) - microsBefore;
        var flushes = MachineCounters.flushes() - flushesBefore;
        remember(row);
        var times = clients.stream()
                .flatMapToDouble(client -> client.millis.build())
                .sorted()
                .toArray();
        var errors = clients.stream().mapToLong(client -> client.errors).sum();
        var first = clients.stream()
                .map(client -> client.firstError)
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
        var count = Math.max(1, times.length);
        return new S3Figure(
                row.name(),
                times.length,
                errors,
                seconds,
                quantile(times, 0.5),
                quantile(times, 0.99),
                micros / count,
                (double) flushes / count,
                first);
    }

    /** Reads choose among what was written. */
    private void remember(S3Row row) {
        switch (row) {
            case PUT_4K, PUT_4K_ALONE -> {
                written[S3Row.PUT_4K.ordinal()] = sequence.get();
                written[S3Row.PUT_4K_ALONE.ordinal()] = sequence.get();
            }
            case PUT_1M, PUT_64M -> written[row.ordinal()] = sequence.get();
            default -> {}
        }
    }

    private static double quantile(double[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1L, (long) (share * sorted.length))];
    }

    private List<Client> clients(S3Row row, int seconds) throws InterruptedException, IOException {
        var end = System.nanoTime() + (long) (seconds * NANOS_PER_SECOND);
        var clients = new ArrayList<Client>();
        for (int i = 0; i < row.clients(); i++) {
            clients.add(new Client(row, end, i));
        }
        clients.forEach(Thread::start);
        for (var client : clients) {
            if (!client.join(Duration.ofSeconds(seconds).plus(PATIENCE))) {
                // What waits for an answer gets an error instead.
                client.connection.close();
                client.join();
            }
        }
        return clients;
    }

    /** One that asks again as soon as it was answered. */
    private final class Client extends Thread {
        private final S3Row row;
        private final long end;
        private final Random random;
        private final S3Connection connection = new S3Connection(target);
        private final DoubleStream.Builder millis = DoubleStream.builder();
        private long errors;
        private String firstError = "";
        private @Nullable String token;

        private Client(S3Row row, long end, int number) {
            this.row = row;
            this.end = end;
            this.random = new Random(number);
        }

        @Override
        public void run() {
            try (connection) {
                while (System.nanoTime() < end) {
                    var begun = System.nanoTime();
                    var problem = once(connection);
                    if (problem == null) {
                        return;
                    }
                    if (problem.isEmpty()) {
                        millis.add((System.nanoTime() - begun) / NANOS_PER_MILLI);
                    } else {
                        failed(problem);
                    }
                }
            } catch (IOException e) {
                failed(e.toString());
            }
        }

        private void failed(String problem) {
            errors++;
            firstError = firstError.isEmpty() ? problem : firstError;
        }

        /** Empty when it went well, else what went wrong; null when there is nothing left to do. */
        private @Nullable String once(S3Connection connection) {
            try {
                return switch (row) {
                    case PUT_4K, PUT_4K_ALONE -> put(connection, small, S3Row.PUT_4K);
                    case PUT_1M -> put(connection, medium, S3Row.PUT_1M);
                    case PUT_64M -> upload(connection, path(S3Row.PUT_64M, sequence.getAndIncrement()));
                    case GET_4K -> read(connection, "GET", S3Row.PUT_4K);
                    case HEAD_4K -> read(connection, "HEAD", S3Row.PUT_4K);
                    case GET_1M -> read(connection, "GET", S3Row.PUT_1M);
                    case GET_64M -> read(connection, "GET", S3Row.PUT_64M);
                    case LIST -> list(connection);
                    case DELETE -> delete(connection);
                };
            } catch (IOException e) {
                return e.toString();
            }
        }

        private String put(S3Connection connection, Body body, S3Row kind) throws IOException {
            return problem(
                    connection.call("PUT", path(kind, sequence.getAndIncrement()), "", body, false),
                    body.bytes().length,
                    false);
        }

        private String read(S3Connection connection, String method, S3Row kind) throws IOException {
            var many = Math.max(1, written[kind.ordinal()]);
            var number = random.nextLong(target.accessKeyId().isEmpty() ? Math.min(many, LEAST_OBJECTS) : many);
            var answer = connection.call(method, path(kind, number), "", Body.NONE, false);
            return problem(answer, kind.bytes(), method.equals("GET"));
        }

        private @Nullable String delete(S3Connection connection) throws IOException {
            var number = sequence.getAndIncrement();
            return number >= deletable
                    ? null
                    : problem(connection.call("DELETE", path(S3Row.PUT_4K, number), "", Body.NONE, false), 0, false);
        }

        private String list(S3Connection connection) throws IOException {
            var query =
                    (token == null ? "" : "continuation-token=" + encoded(token) + "&") + "list-type=2&max-keys=1000";
            var answer = connection.call("GET", "/" + listBucket(), query, Body.NONE, true);
            var next = TOKEN.matcher(answer.text());
            token = next.find() ? next.group(1) : null;
            return problem(answer, 0, false);
        }

        private static String problem(S3Connection.Answer answer, long length, boolean whole) {
            if (!answer.good()) {
                return answer.status() + " " + answer.text();
            }
            return whole && answer.length() != length ? "only " + answer.length() + " bytes came" : "";
        }
    }

    private String upload(S3Connection connection, String path) throws IOException {
        var begun = must(connection.call("POST", path, "uploads=", Body.NONE, true), "begin an upload");
        var found = UPLOAD.matcher(begun.text());
        if (!found.find()) {
            return "no upload id: " + begun.text();
        }
        var id = encoded(found.group(1));
        var list = new StringBuilder("<CompleteMultipartUpload>");
        for (int number = 1; number <= S3Row.Sizes.LARGE / S3Row.Sizes.PART; number++) {
            var put = must(
                    connection.call("PUT", path, "partNumber=" + number + "&uploadId=" + id, part, false),
                    "upload a part");
            list.append("<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>".formatted(number, put.etag()));
        }
        var document =
                Body.of(list.append("</CompleteMultipartUpload>").toString().getBytes(StandardCharsets.UTF_8));
        var done = must(connection.call("POST", path, "uploadId=" + id, document, true), "complete an upload");
        return done.text().contains("<Error>") ? done.text() : "";
    }

    private void fillList() throws IOException, InterruptedException {
        try (var connection = new S3Connection(target)) {
            must(connection.call("PUT", "/" + listBucket(), "", Body.NONE, true), "make the bucket of the list");
        }
        var next = new AtomicLong();
        var fillers = new ArrayList<Thread>();
        for (int i = 0; i < S3Row.PUT_4K.clients(); i++) {
            fillers.add(Thread.ofPlatform().start(() -> {
                try (var connection = new S3Connection(target)) {
                    for (var key = next.getAndIncrement(); key < LISTED_KEYS; key = next.getAndIncrement()) {
                        must(
                                connection.call("PUT", "/%s/key-%08d".formatted(listBucket(), key), "", small, false),
                                "fill the list");
                    }
                } catch (IOException e) {
                    System.err.println("the list cannot be filled: " + e.getMessage());
                }
            }));
        }
        for (var filler : fillers) {
            filler.join();
        }
    }

    /** What is read of a server that knows no uploads in parts. */
    private void putLargeWhole() throws IOException {
        try (var connection = new S3Connection(target)) {
            must(
                    connection.call("PUT", path(S3Row.PUT_64M, 0), "", body(S3Row.Sizes.LARGE), false),
                    "put the large object");
        }
    }

    /** As signatures want it (RFC 3986): a tilde, which is in Ceph's upload ids, stands for itself. */
    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    private String listBucket() {
        return plan.bucket() + "-list";
    }

    private String path(S3Row kind, long number) {
        var digits = Long.toString(number);
        return new StringBuilder(plan.bucket().length() + 32)
                .append('/')
                .append(plan.bucket())
                .append(kind.folder())
                .append(HEX.toHexDigits((byte) number))
                .append('/')
                .repeat('0', Math.max(0, NUMBER_DIGITS - digits.length()))
                .append(digits)
                .toString();
    }

    private static S3Connection.Answer must(S3Connection.Answer answer, String what) throws IOException {
        if (!answer.good()) {
            throw new IOException("cannot " + what + ": " + answer.status() + " " + answer.text());
        }
        return answer;
    }

    private static Body body(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return Body.of(bytes);
    }
}
