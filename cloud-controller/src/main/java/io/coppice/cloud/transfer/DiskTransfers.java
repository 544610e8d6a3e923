package io.coppice.cloud.transfer;

import io.coppice.proto.ebs.v1.AdvanceTransferRequest;
import io.coppice.proto.ebs.v1.AdvanceTransferResponse;
import java.io.IOException;

/** Disks on their way, as the EBS controller carries them. Every call is remote. Thread-safe. */
interface DiskTransfers {
    /** Takes a transfer further and tells how far it is; throws when the EBS controller does not answer. */
    AdvanceTransferResponse advance(AdvanceTransferRequest request) throws IOException;

    /** Ends a transfer; throws when the EBS controller does not answer. */
    void forget(String transferId) throws IOException;
}
