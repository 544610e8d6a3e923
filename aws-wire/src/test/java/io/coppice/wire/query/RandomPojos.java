package io.coppice.wire.query;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.utils.builder.Buildable;

/** Fills the SDK's objects to the last field with random values. */
final class RandomPojos {
    private static final int DEEPEST = 14;
    private static final long MILLIS_OF_A_CENTURY = 3_155_760_000_000L;
    private static final String ALPHABET = "abcXYZ019 <>&\"'+%=/.:;,~\u00e4\u4e16\t";

    private final RandomGenerator random;
    private final boolean wholeSeconds;

    RandomPojos(RandomGenerator random, boolean wholeSeconds) {
        this.random = random;
        this.wholeSeconds = wholeSeconds;
    }

    Object fill(SdkPojo builder) {
        return fill(builder, 0);
    }

    private Object fill(SdkPojo builder, int depth) {
        builder.sdkFields().forEach(field -> value(field, depth).ifPresent(value -> field.set(builder, value)));
        return ((Buildable) builder).build();
    }

    private Optional<Object> value(SdkField<?> field, int depth) {
        var type = field.marshallingType();
        if (depth > DEEPEST) {
            return Optional.empty();
        }
        if (type == MarshallingType.SDK_POJO) {
            return Optional.of(fill(field.constructor().get(), depth + 1));
        }
        if (type == MarshallingType.LIST) {
            var items = new ArrayList<Object>();
            var size = depth < 2 ? 1 + random.nextInt(3) : 1;
            for (int i = 0; i < size; i++) {
                value(field.getRequiredTrait(ListTrait.class).memberFieldInfo(), depth + 1)
                        .ifPresent(items::add);
            }
            return items.isEmpty() ? Optional.empty() : Optional.of(items);
        }
        if (type == MarshallingType.MAP) {
            return value(field.getRequiredTrait(MapTrait.class).valueFieldInfo(), depth + 1)
                    .map(value -> Map.of(text(), value));
        }
        return Optional.of(scalar(type));
    }

    private Object scalar(MarshallingType<?> type) {
        return switch (type.getTargetClass().getSimpleName()) {
            case "String" -> text();
            case "Integer" -> random.nextInt();
            case "Long" -> random.nextLong();
            case "Float" -> random.nextFloat();
            case "Double" -> random.nextDouble();
            case "Boolean" -> random.nextBoolean();
            case "Instant" -> time();
            case "SdkBytes" -> bytes();
            default -> throw new IllegalStateException("no random values for " + type);
        };
    }

    private Instant time() {
        var millis = random.nextLong(MILLIS_OF_A_CENTURY);
        return wholeSeconds ? Instant.ofEpochSecond(millis / 1000) : Instant.ofEpochMilli(millis);
    }

    private SdkBytes bytes() {
        var bytes = new byte[1 + random.nextInt(20)];
        random.nextBytes(bytes);
        return SdkBytes.fromByteArray(bytes);
    }

    private String text() {
        var text = new StringBuilder("t");
        for (int i = random.nextInt(8); i > 0; i--) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return text.append('t').toString();
    }
}
