package io.coppice.cloud.front;

/**
 * What goes back to the client of a Query service.
 *
 * @param status the HTTP status
 * @param xml the body
 */
record Answer(int status, String xml) {
    private static final int OK = 200;

    static Answer ok(String xml) {
        return new Answer(OK, xml);
    }
}
