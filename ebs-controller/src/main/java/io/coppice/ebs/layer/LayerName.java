package io.coppice.ebs.layer;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** What a layer is called, wherever it lies: 16 hexadecimal digits, made at random and never used again. */
public record LayerName(String text) {
    static final String SUFFIX = ".qcow2";
    private static final int ID_BYTES = 8;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{16}");

    public LayerName {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("the name of a layer is 16 hexadecimal digits");
        }
    }

    /** One that no layer has. */
    public static LayerName fresh() {
        var bytes = new byte[ID_BYTES];
        RANDOM.nextBytes(bytes);
        return new LayerName(HexFormat.of().formatHex(bytes));
    }

    /** The name of a layer's file. */
    public static LayerName of(Path layer) {
        var file = String.valueOf(layer.getFileName());
        return new LayerName(file.endsWith(SUFFIX) ? file.substring(0, file.length() - SUFFIX.length()) : file);
    }

    @Override
    public String toString() {
        return text;
    }
}
