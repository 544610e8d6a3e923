package io.coppice.ebs.transfer;

import java.util.List;

/**
 * How far a transfer is.
 *
 * @param percent of the present step, 0 to 100
 * @param virtualBytes of the disk as a guest sees it; 0 while unknown
 * @param fileBytes of the object that was fetched or is to be sent; 0 while unknown
 * @param failure why it failed; empty when it did not
 * @param retryable whether the same could succeed later
 * @param disks how many disks the archive has that it comes from; 0 when it is no archive, or that is not known
 * @param partEtags what the object store called each part that was sent
 */
record TransferStatus(
        Step step,
        int percent,
        long virtualBytes,
        long fileBytes,
        String failure,
        boolean retryable,
        int disks,
        List<String> partEtags) {
    static final TransferStatus NEW = new TransferStatus(Step.WAITING, 0, 0, 0, "", false, 0, List.of());

    /** What a transfer is at. */
    enum Step {
        /** Others are before it. */
        WAITING,
        FETCHING,
        /** The disk's size is known. */
        FETCHED,
        CONVERTING,
        /** The new object's size is known. */
        CONVERTED,
        SENDING,
        DONE,
        FAILED
    }

    TransferStatus {
        partEtags = List.copyOf(partEtags);
    }

    /** The same at another step, at its beginning. */
    TransferStatus at(Step next) {
        return new TransferStatus(next, 0, virtualBytes, fileBytes, failure, retryable, disks, partEtags);
    }

    /** The same, so far with its step. */
    TransferStatus percent(int done) {
        return new TransferStatus(step, done, virtualBytes, fileBytes, failure, retryable, disks, partEtags);
    }

    /** The same with these sizes, bytes. */
    TransferStatus sized(long ofDisk, long ofFile) {
        return new TransferStatus(step, percent, ofDisk, ofFile, failure, retryable, disks, partEtags);
    }

    /** The same, out of an archive of so many disks. */
    TransferStatus outOf(int archived) {
        return new TransferStatus(step, percent, virtualBytes, fileBytes, failure, retryable, archived, partEtags);
    }

    /** The same with its object sent. */
    TransferStatus sent(List<String> etags) {
        return new TransferStatus(Step.DONE, 100, virtualBytes, fileBytes, failure, retryable, disks, etags);
    }

    /** The same, given up. */
    TransferStatus failed(String why, boolean later) {
        return new TransferStatus(Step.FAILED, percent, virtualBytes, fileBytes, why, later, disks, partEtags);
    }
}
