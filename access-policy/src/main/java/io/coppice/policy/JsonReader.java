package io.coppice.policy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;

/** Reads JSON (RFC 8259) strictly and within limits: a member named twice is an error. Used once. */
final class JsonReader {
    private static final int MAX_DEPTH = 8;
    private static final int MAX_VALUES = 20_000;
    private static final String NOT_JSON = "This policy contains invalid Json";
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(64)
                    .build())
            .build();

    private final JsonParser parser;
    private int values;

    private JsonReader(JsonParser parser) {
        this.parser = parser;
    }

    /** The one value of the text. Throws {@link MalformedPolicyException}. */
    static Json read(String text) {
        try (var parser = FACTORY.createParser(text)) {
            var reader = new JsonReader(parser);
            parser.nextToken();
            var value = reader.value();
            if (parser.nextToken() != null) {
                throw new MalformedPolicyException(NOT_JSON);
            }
            return value;
        } catch (IOException e) {
            throw new MalformedPolicyException(NOT_JSON, e);
        }
    }

    private Json value() throws IOException {
        if (++values > MAX_VALUES) {
            throw new MalformedPolicyException("The policy has more than " + MAX_VALUES + " values.");
        }
        var start = parser.currentTokenLocation();
        var token = parser.currentToken();
        if (token == null) {
            throw new MalformedPolicyException(NOT_JSON);
        }
        return switch (token) {
            case START_OBJECT -> members(start);
            case START_ARRAY -> items(start);
            case VALUE_STRING -> new Json.Text(parser.getText(), since(start));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE ->
                new Json.Scalar(parser.getText(), since(start));
            case VALUE_NULL, END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
                throw new MalformedPolicyException("Syntax errors in policy.");
        };
    }

    private Json members(JsonLocation start) throws IOException {
        var found = new LinkedHashMap<String, Json>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            var name = parser.currentName();
            parser.nextToken();
            found.put(name, value());
        }
        return new Json.Members(found, since(start));
    }

    private Json items(JsonLocation start) throws IOException {
        var found = new ArrayList<Json>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            found.add(value());
        }
        return new Json.Items(found, since(start));
    }

    /** From there to the end of the current token. Finishing a string first makes its end known. */
    private SourceRange since(JsonLocation start) throws IOException {
        parser.finishToken();
        var end = parser.currentLocation();
        return new SourceRange(start.getLineNr(), start.getColumnNr(), end.getLineNr(), end.getColumnNr());
    }
}
