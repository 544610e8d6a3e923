package io.coppice.cloud.network.flowlog;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which fields a record has, in their order. */
record LogFormat(List<LogField> fields) {
    /** What flow logs have that ask for no format. */
    static final LogFormat STANDARD = new LogFormat(List.of(
            LogField.VERSION,
            LogField.ACCOUNT_ID,
            LogField.INTERFACE_ID,
            LogField.SOURCE,
            LogField.DESTINATION,
            LogField.SOURCE_PORT,
            LogField.DESTINATION_PORT,
            LogField.PROTOCOL,
            LogField.PACKETS,
            LogField.BYTES,
            LogField.START,
            LogField.END,
            LogField.ACTION,
            LogField.LOG_STATUS));

    private static final Pattern FIELD = Pattern.compile("\\$\\{([a-z0-9-]{1,64})}");
    private static final int MOST_CHARACTERS = 1_024;

    LogFormat {
        fields = List.copyOf(fields);
    }

    /** Reads {@code ${version} ${srcaddr} …}; throws {@code InvalidParameter} for what is no such list, or names other fields. */
    static LogFormat parse(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return STANDARD;
        }
        if (text.length() > MOST_CHARACTERS) {
            throw FlowLogErrors.invalid("LogFormat has more than " + MOST_CHARACTERS + " characters.");
        }
        var fields = new ArrayList<LogField>();
        var unknown = new ArrayList<String>();
        for (var word : Arrays.asList(text.strip().split("\\s+"))) {
            var field = FIELD.matcher(word);
            if (!field.matches()) {
                throw FlowLogErrors.invalid(
                        "LogFormat is a list of fields such as ${srcaddr}, with spaces between them.");
            }
            LogField.named(field.group(1)).ifPresentOrElse(fields::add, () -> unknown.add(word));
        }
        if (!unknown.isEmpty()) {
            throw FlowLogErrors.invalid("Unknown fields provided: " + String.join(" ", unknown)
                    + ". This cloud records the fields of version 2.");
        }
        if (fields.size() != fields.stream().distinct().count()) {
            throw FlowLogErrors.invalid("LogFormat names a field more than once.");
        }
        return new LogFormat(fields);
    }

    /** As {@link #parse} reads it. */
    String text() {
        return fields.stream().map(field -> "${" + field.label() + "}").collect(Collectors.joining(" "));
    }

    /** The first line of a file. */
    String header() {
        return fields.stream().map(LogField::label).collect(Collectors.joining(" "));
    }

    /** A record as a line. */
    String line(LogRecord record) {
        return fields.stream().map(field -> field.of(record)).collect(Collectors.joining(" "));
    }
}
