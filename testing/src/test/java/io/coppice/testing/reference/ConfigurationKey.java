package io.coppice.testing.reference;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One configuration key as a {@code ConfigMapping} interface declares it.
 *
 * @param name with {@code *} for the part that is free to choose
 * @param standard the default as written in the code; empty when there is none
 * @param method its method, which carries the Javadoc
 */
record ConfigurationKey(String name, String type, Optional<String> standard, boolean required, Method method) {
    /** The keys of a mapping, nested groups too, in the order of their names. */
    static List<ConfigurationKey> of(Class<?> mapping) {
        return of(mapping.getAnnotation(ConfigMapping.class).prefix(), mapping)
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .toList();
    }

    private static Stream<ConfigurationKey> of(String prefix, Class<?> group) {
        return Arrays.stream(group.getDeclaredMethods())
                .filter(method -> !method.isDefault() && !method.isSynthetic() && method.getParameterCount() == 0)
                .flatMap(method -> {
                    var name = prefix + "." + kebab(method.getName());
                    if (method.getReturnType().isInterface()
                            && method.getReturnType().getEnclosingClass() == group) {
                        return of(name, method.getReturnType());
                    }
                    var free = method.getReturnType() == Map.class;
                    return Stream.of(new ConfigurationKey(
                            free ? name + ".*" : name,
                            words(method.getGenericReturnType()),
                            standard(method),
                            required(method),
                            method));
                });
    }

    private static Optional<String> standard(Method method) {
        return Optional.ofNullable(method.getAnnotation(WithDefault.class)).map(WithDefault::value);
    }

    private static boolean required(Method method) {
        return standard(method).isEmpty()
                && method.getReturnType() != Optional.class
                && method.getReturnType() != Map.class;
    }

    /** {@code maxPutBytes} as SmallRye Config writes it: {@code max-put-bytes}. */
    private static String kebab(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(java.util.Locale.ROOT);
    }

    private static String words(Type type) {
        if (type instanceof ParameterizedType generic) {
            var arguments = Arrays.stream(generic.getActualTypeArguments())
                    .map(ConfigurationKey::words)
                    .toList();
            return switch (((Class<?>) generic.getRawType()).getSimpleName()) {
                case "List" -> "list of " + arguments.getFirst();
                case "Map" -> arguments.getLast();
                default -> arguments.getFirst();
            };
        }
        if (type instanceof Class<?> plain && plain.isEnum()) {
            return Arrays.stream(plain.getEnumConstants()).map(String::valueOf).collect(Collectors.joining(", "));
        }
        return switch (((Class<?>) type).getSimpleName()) {
            case "int", "long" -> "whole number";
            case "double", "Double" -> "number";
            case "boolean" -> "true or false";
            case "Duration" -> "duration";
            case "Path" -> "path";
            default -> "text";
        };
    }
}
