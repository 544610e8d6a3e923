package io.coppice.cloud.transfer;

import io.coppice.cloud.peer.PeerChannels;
import io.coppice.proto.ebs.v1.AdvanceTransferRequest;
import io.coppice.proto.ebs.v1.AdvanceTransferResponse;
import io.coppice.proto.ebs.v1.DiskTransferGrpc;
import io.coppice.proto.ebs.v1.ForgetTransferRequest;
import io.grpc.StatusRuntimeException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** The EBS controller by gRPC, with a deadline on every call. Thread-safe. */
@ApplicationScoped
class EbsDiskTransfers implements DiskTransfers {
    private static final int SECONDS = 10;

    private final PeerChannels channels;

    EbsDiskTransfers(PeerChannels channels) {
        this.channels = channels;
    }

    @Override
    public AdvanceTransferResponse advance(AdvanceTransferRequest request) throws IOException {
        try {
            return stub().advance(request);
        } catch (StatusRuntimeException e) {
            throw away(e);
        }
    }

    @Override
    public void forget(String transferId) throws IOException {
        try {
            var ignored = stub().forget(ForgetTransferRequest.newBuilder()
                    .setTransferId(transferId)
                    .build());
        } catch (StatusRuntimeException e) {
            throw away(e);
        }
    }

    private DiskTransferGrpc.DiskTransferBlockingStub stub() {
        return DiskTransferGrpc.newBlockingStub(channels.ebs()).withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
    }

    private static IOException away(StatusRuntimeException e) {
        return new IOException("the EBS controller does not answer: " + e.getMessage(), e);
    }
}
