package io.coppice.node.agent;

import com.google.protobuf.ByteString;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.NodeId;
import io.coppice.proto.node.v1.ConsoleChunk;
import io.coppice.proto.node.v1.ConsoleRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Answers requests for the newest bytes of a guest's console. */
final class ConsoleTail {
    /** More is never read, whoever asks. */
    private static final int MAX_BYTES = 256 * 1024;

    private static final int CHUNK_BYTES = 32 * 1024;

    private ConsoleTail() {}

    /** The answer to a request, in order; one empty chunk when the guest has written nothing. */
    static List<ConsoleChunk> read(InstanceMemory memory, ConsoleRequest request, NodeId node) throws IOException {
        var console = memory.console(
                new InstanceId(request.getInstanceId()), Math.clamp(request.getMaxBytes(), 0, MAX_BYTES));
        return chunks(console.newest(), console.writtenAtMillis(), request.getRequestId(), node);
    }

    /** Bytes in parts that fit into messages; one empty part when there are none. */
    static List<ConsoleChunk> chunks(ByteString bytes, long writtenAt, String requestId, NodeId node) {
        var chunks = new ArrayList<ConsoleChunk>();
        var position = 0;
        do {
            var end = Math.min(bytes.size(), position + CHUNK_BYTES);
            chunks.add(ConsoleChunk.newBuilder()
                    .setRequestId(requestId)
                    .setNodeId(node.value())
                    .setWrittenAtMillis(chunks.isEmpty() ? writtenAt : 0)
                    .setData(bytes.substring(position, end))
                    .build());
            position = end;
        } while (position < bytes.size());
        return List.copyOf(chunks);
    }
}
