package io.coppice.foundation.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * Looks at the first byte of a connection: a TLS record begins with 22 (RFC 8446 section 5.1), an HTTP request with a
 * capital letter. Of one connection, on its event loop.
 */
final class PlainHttpRefusal extends SslHandler {
    private static final String SENTENCE =
            "This door speaks HTTPS, and the request came as plain HTTP: use https:// with the same host and port.\n";
    private static final byte[] ANSWER =
            ("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n" + "Content-Length: "
                            + SENTENCE.length() + "\r\n\r\n" + SENTENCE)
                    .getBytes(StandardCharsets.US_ASCII);

    private boolean begun;
    private boolean refused;

    PlainHttpRefusal(SSLEngine engine, boolean startTls, Executor tasks) {
        super(engine, startTls, tasks);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws SSLException {
        if (!begun && in.isReadable()) {
            begun = true;
            var first = in.getByte(in.readerIndex());
            refused = first >= 'A' && first <= 'Z';
            if (refused) {
                // Past this handler, so not encrypted. What still comes of the request is read and forgotten.
                context.writeAndFlush(Unpooled.wrappedBuffer(ANSWER)).addListener(ChannelFutureListener.CLOSE);
            }
        }
        if (refused) {
            in.skipBytes(in.readableBytes());
            return;
        }
        super.decode(context, in, out);
    }
}
