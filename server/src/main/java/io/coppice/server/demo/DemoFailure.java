package io.coppice.server.demo;

/** A step of the demo whose outcome was not as a user must expect; the message says what was expected and what was seen. */
final class DemoFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DemoFailure(String message) {
        super(message);
    }

    DemoFailure(String message, Throwable e) {
        super(message, e);
    }
}
