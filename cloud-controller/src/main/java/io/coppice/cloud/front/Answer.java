package io.coppice.cloud.front;

import java.nio.charset.StandardCharsets;

/**
 * What goes back to the client of a Query service.
 *
 * @param status the HTTP status
 * @param xml the body in UTF-8
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; goes to the socket.
record Answer(int status, byte[] xml) {
    private static final int OK = 200;

    static Answer ok(byte[] xml) {
        return new Answer(OK, xml);
    }

    static Answer of(int status, String xml) {
        return new Answer(status, xml.getBytes(StandardCharsets.UTF_8));
    }
}
