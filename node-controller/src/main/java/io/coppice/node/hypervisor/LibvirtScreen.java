package io.coppice.node.hypervisor;

import io.coppice.foundation.id.InstanceId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/** Takes pictures of guests' screens by virDomainScreenshot. */
final class LibvirtScreen {
    private static final int MAX_BYTES = 64 * 1024 * 1024;
    private static final int READ_BYTES = 64 * 1024;

    private LibvirtScreen() {}

    /** The picture as JPEG. */
    static byte[] take(LibvirtSession session, InstanceId instance, Domain domain) throws LibvirtException {
        var stream = session.streamNew(0);
        try {
            domain.screenshot(stream, 0);
            var bytes = new ByteArrayOutputStream();
            var buffer = new byte[READ_BYTES];
            int read;
            while ((read = stream.receive(buffer)) > 0) {
                bytes.write(buffer, 0, read);
                if (bytes.size() > MAX_BYTES) {
                    throw new IOException("more than " + MAX_BYTES + " bytes");
                }
            }
            if (read < 0) {
                throw new IOException("the stream broke off");
            }
            stream.finish();
            return Pictures.jpeg(Pictures.read(bytes.toByteArray()));
        } catch (IOException e) {
            throw new HypervisorException("the screen of " + instance + " could not be read: " + e.getMessage(), e);
        } finally {
            stream.free();
        }
    }
}
