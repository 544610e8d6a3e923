package io.coppice.cloud.query;

import io.coppice.wire.error.AwsException;

/** What can be wrong with the filters and pages of a Describe request, in AWS's words. */
public final class QueryErrors {
    private static final String INVALID_VALUE = "InvalidParameterValue";

    private QueryErrors() {}

    /** A filter that the action does not know. */
    public static AwsException unknownFilter(String name) {
        return AwsException.client(INVALID_VALUE, "The filter '" + name + "' is invalid");
    }

    /** A filter that names no value. */
    public static AwsException filterWithoutValues(String name) {
        return AwsException.client(
                "MissingParameter", "The request must contain at least one value for the filter '" + name + "'");
    }

    /** More filter values in one request than there may be. */
    public static AwsException tooManyFilterValues(int limit) {
        return AwsException.client(
                "FilterLimitExceeded",
                "The maximum number of filter values in a single request is " + limit + ": ask in several requests");
    }

    /** A page that is too small. */
    public static AwsException maxResultsTooSmall(int value, int smallest) {
        return AwsException.client(
                INVALID_VALUE,
                "Value ( " + value
                        + " ) for parameter maxResults is invalid. Expecting a value greater than or equal to "
                        + smallest + ".");
    }

    /** A page that is too large. */
    public static AwsException maxResultsTooLarge(int value, int largest) {
        return AwsException.client(
                INVALID_VALUE,
                "Value ( " + value + " ) for parameter maxResults is invalid. Expecting a value less than or equal to "
                        + largest + ".");
    }

    /** Pages of what is named by id, which AWS does not cut. */
    public static AwsException pagedWithIds(String idsParameter) {
        return AwsException.client(
                "InvalidParameterCombination",
                "The parameter " + idsParameter + " cannot be used with the parameter maxResults");
    }

    /** A page token that this cloud did not make for this request. */
    public static AwsException invalidToken() {
        return AwsException.client(
                "InvalidNextToken",
                "The value for parameter nextToken is not valid: use the token of the previous answer to the same request");
    }
}
