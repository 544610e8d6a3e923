package io.coppice.node.agent;

/** What became of the wish that a guest's file systems stand still. */
sealed interface Freeze {
    /** They do, or did until now; as many as the guest's agent says. */
    record Held(int fileSystems) implements Freeze {}

    /**
     * They do not, or did not for all the time.
     *
     * @param why words for operators, with nothing in them that a guest said
     */
    record Failed(String why) implements Freeze {}
}
