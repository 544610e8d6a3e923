package io.coppice.testing.cloud;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Makes requests that are nearly right: it starts from one that a client could send and changes names, values, numbers,
 * nesting, sizes and encodings. The same seed makes the same requests. Not thread-safe.
 */
final class RequestMutator {
    private static final int MOST_CHANGES = 4;
    private static final int LONG_TEXT = 70_000;
    private static final int DEEP = 40;
    private static final List<String> VALUES = List.of(
            "",
            " ",
            "0",
            "-1",
            "2147483648",
            "-9223372036854775809",
            "1e400",
            "NaN",
            "true",
            "maybe",
            "null",
            "2026-13-45T99:99:99Z",
            "+999999999-12-31T23:59:59Z",
            "i-0123456789abcdef0",
            "i-00000000",
            "ami-zzzzzzzz",
            "../../etc/passwd",
            "'; drop table instances; --",
            "%s%n%x",
            "${jndi:ldap://localhost/a}",
            "<a>&amp;</b>",
            "]]>",
            "\u0000\u0001\u001f",
            "\ud800",
            "\ufffe\uffff",
            "\ud83d\ude00",
            "\r\n\t",
            "*?\\",
            "::1/129",
            "0.0.0.0/33",
            "arn:aws:iam::000000000000:user/x",
            "$Latest",
            "/dev/sda1");
    private static final List<String> NAMES = List.of(
            "DryRun",
            "MaxResults",
            "NextToken",
            "ClientToken",
            "Filter.1.Name",
            "Filter.1.Value.1",
            "Filter.2147483647.Name",
            "Filter.-1.Value.x",
            "TagSpecification.1.ResourceType",
            "TagSpecification.1.Tag.1.Key",
            "InstanceId.1",
            "InstanceId",
            "ResourceId.1",
            "BlockDeviceMapping.1.Ebs.VolumeSize",
            "NetworkInterface.1.DeviceIndex",
            "LaunchTemplate.LaunchTemplateId",
            "UserData",
            "Version",
            "Action",
            "",
            ".",
            "..",
            "a.b.c",
            "Signature",
            "X-Amz-Date");

    private final Random random;
    private final List<String> seeds;

    RequestMutator(long seed, List<String> seeds) {
        this.random = new Random(seed);
        this.seeds = List.copyOf(seeds);
    }

    /** The next form body. */
    String next() {
        var parameters =
                new ArrayList<>(List.of(seeds.get(random.nextInt(seeds.size())).split("&")));
        var changes = 1 + random.nextInt(MOST_CHANGES);
        for (var i = 0; i < changes; i++) {
            change(parameters);
        }
        return String.join("&", parameters);
    }

    private void change(List<String> parameters) {
        var at = parameters.isEmpty() ? 0 : random.nextInt(parameters.size());
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> replace(parameters, at, name(parameters, at) + "=" + encoded(value()));
            case 3 -> parameters.add(encoded(NAMES.get(random.nextInt(NAMES.size()))) + "=" + encoded(value()));
            case 4 -> parameters.add(seedParameter());
            case 5 -> {
                if (parameters.size() > 1) {
                    parameters.remove(at);
                }
            }
            case 6 -> replace(parameters, at, name(parameters, at) + "." + random.nextInt(3) + "=" + encoded(value()));
            case 7 -> parameters.add(name(parameters, at) + ".1".repeat(1 + random.nextInt(DEEP)) + "=x");
            case 8 -> broken(parameters, at);
            default -> parameters.add(encoded(name(parameters, at)) + "=" + "x".repeat(random.nextInt(LONG_TEXT)));
        }
    }

    /** What no encoder writes. */
    private void broken(List<String> parameters, int at) {
        switch (random.nextInt(4)) {
            case 0 -> parameters.add("Name=%");
            case 1 -> parameters.add("%zz=1");
            case 2 -> parameters.add("Name=%ff%fe%c0%80");
            default -> {
                if (at < parameters.size()) {
                    parameters.add(parameters.get(at));
                }
            }
        }
    }

    private String seedParameter() {
        var other = seeds.get(random.nextInt(seeds.size())).split("&");
        return other[random.nextInt(other.length)];
    }

    private static void replace(List<String> parameters, int at, String text) {
        if (at < parameters.size()) {
            parameters.set(at, text);
        }
    }

    private static String name(List<String> parameters, int at) {
        if (at >= parameters.size()) {
            return "Name";
        }
        var text = parameters.get(at);
        var equals = text.indexOf('=');
        return equals < 0 ? text : text.substring(0, equals);
    }

    private String value() {
        return VALUES.get(random.nextInt(VALUES.size()));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
