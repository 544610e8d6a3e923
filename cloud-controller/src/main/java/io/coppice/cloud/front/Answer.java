package io.coppice.cloud.front;

import io.coppice.wire.query.XmlDocument;

/**
 * What goes back to the client of a Query service.
 *
 * @param status the HTTP status
 */
record Answer(int status, XmlDocument xml) {
    private static final int OK = 200;

    static Answer ok(XmlDocument xml) {
        return new Answer(OK, xml);
    }

    static Answer of(int status, String xml) {
        return new Answer(status, XmlDocument.of(xml));
    }
}
