package io.coppice.cloud.query;

/**
 * What an action accepts as MaxResults.
 *
 * @param smallest the least value, 1 or more
 * @param largest the greatest value; also what an answer holds when the request says nothing
 * @param idsParameter the parameter that excludes MaxResults, as AWS's message names it, for example {@code instancesSet}
 */
public record PageLimits(int smallest, int largest, String idsParameter) {
    private static final int USUAL_SMALLEST = 5;
    private static final int USUAL_LARGEST = 1000;

    public PageLimits {
        if (smallest < 1 || largest < smallest) {
            throw new IllegalArgumentException("no page size is between " + smallest + " and " + largest);
        }
    }

    /** 5 to 1,000, as most actions of EC2 have it. */
    public static PageLimits usual(String idsParameter) {
        return new PageLimits(USUAL_SMALLEST, USUAL_LARGEST, idsParameter);
    }
}
