package io.coppice.node.move;

/** What a connection of a move is for. Each has a socket at both ends. */
public enum Lane {
    /** What the two libvirts say to each other. */
    CONTROL,
    /** The guest's memory. */
    MEMORY,
    /** Its root disk. */
    DISK;

    /** The socket's name in its folder. */
    public String socketName() {
        return switch (this) {
            case CONTROL -> "control";
            case MEMORY -> "memory";
            case DISK -> "disk";
        };
    }
}
