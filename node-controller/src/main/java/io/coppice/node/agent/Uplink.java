package io.coppice.node.agent;

import io.coppice.proto.node.v1.ConsoleChunk;
import io.coppice.proto.node.v1.NodeMessage;
import java.util.List;

/** An agent's way to the Cluster Controller while its session is up. Thread-safe, never blocks. */
interface Uplink {
    /** Sends now or soon. What cannot be sent is lost with the session; the next one begins with an inventory. */
    void send(NodeMessage message);

    /** Answers a request for console bytes. */
    void deliverConsole(List<ConsoleChunk> chunks);
}
