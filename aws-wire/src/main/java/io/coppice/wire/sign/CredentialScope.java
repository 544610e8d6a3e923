package io.coppice.wire.sign;

/**
 * What a signing key is good for: one day, one region, one service, all as the client wrote them.
 *
 * @param date {@code yyyymmdd} in UTC
 * @param region any text without a slash, also one that is no region of ours
 * @param service any text without a slash; a client that is given a bare address may derive it from that
 */
public record CredentialScope(String date, String region, String service) {
    private static final String TERMINATOR = "aws4_request";

    /** As it stands in the string to sign: {@code 20260102/us-east-1/ec2/aws4_request}. */
    public String text() {
        return date + "/" + region + "/" + service + "/" + TERMINATOR;
    }

    static boolean terminates(String lastPart) {
        return TERMINATOR.equals(lastPart);
    }
}
