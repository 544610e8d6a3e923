package io.coppice.policy;

import java.util.List;
import java.util.Map;

/** JSON with the place of every value, which error messages and the simulator tell. */
sealed interface Json {
    SourceRange where();

    /** A string. */
    record Text(String value, SourceRange where) implements Json {}

    /** A number or a boolean, as it was written. */
    record Scalar(String value, SourceRange where) implements Json {}

    /** An array. */
    record Items(List<Json> values, SourceRange where) implements Json {}

    /** An object; members in the order of the text. */
    record Members(Map<String, Json> values, SourceRange where) implements Json {}
}
