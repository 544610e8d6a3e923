package io.coppice.server.cli;

import io.coppice.foundation.role.NetworkMode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a mode of the network as people write it, {@code managed-novlan} too. */
final class NetworkModeOption implements ITypeConverter<NetworkMode> {
    @Override
    public NetworkMode convert(String text) {
        try {
            return NetworkMode.named(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
