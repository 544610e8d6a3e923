package io.coppice.wire.query;

import java.lang.reflect.InvocationTargetException;
import java.util.Optional;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.utils.builder.Buildable;

/**
 * An operation as the AWS SDK's model has it, for answers that need no class of their own for each action. Immutable,
 * thread-safe.
 */
public final class Operation {
    private final Class<?> request;
    private final Class<?> response;

    private Operation(Class<?> request, Class<?> response) {
        this.request = request;
        this.response = response;
    }

    /** The operation whose SDK classes have this name; empty when there is none. */
    static Optional<Operation> named(String sdkPackage, String sdkName) {
        var prefix = "software.amazon.awssdk.services." + sdkPackage + ".model." + sdkName;
        try {
            var loader = Operation.class.getClassLoader();
            return Optional.of(new Operation(
                    Class.forName(prefix + "Request", false, loader),
                    Class.forName(prefix + "Response", false, loader)));
        } catch (ClassNotFoundException | NoClassDefFoundError e) {
            // NoClassDefFoundError: a file system that ignores case found a class of another spelling.
            return Optional.empty();
        }
    }

    /** A fresh builder of the request class. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // Every builder of the SDK is both.
    public <B extends Buildable & SdkPojo> B newRequest() {
        return (B) builder(request);
    }

    /** A fresh builder of the response class. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // Every builder of the SDK is both.
    public <B extends Buildable & SdkPojo> B newResponse() {
        return (B) builder(response);
    }

    private static Object builder(Class<?> type) {
        try {
            return type.getMethod("builder").invoke(null);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(type + " is no class of the AWS SDK's model", e);
        }
    }
}
