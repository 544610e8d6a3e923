package io.coppice.cloud.keypair;

import io.coppice.wire.error.AwsException;

/** What can go wrong with key pairs, in AWS's words. */
final class KeyPairErrors {
    private static final String INVALID_VALUE = "InvalidParameterValue";

    private KeyPairErrors() {}

    static AwsException notFound(String name) {
        return AwsException.client("InvalidKeyPair.NotFound", "The key pair '" + name + "' does not exist");
    }

    static AwsException idNotFound(String id) {
        return AwsException.client("InvalidKeyPair.NotFound", "The key pair ID '" + id + "' does not exist");
    }

    static AwsException duplicate(String name) {
        return AwsException.client("InvalidKeyPair.Duplicate", "The keypair already exists: '" + name + "'");
    }

    static AwsException invalidFormat(String reason) {
        return AwsException.client(
                "InvalidKey.Format",
                "Key is not in valid OpenSSH public key format: " + reason
                        + ". Give an RSA or ED25519 public key as ssh-keygen writes it to a .pub file");
    }

    static AwsException missing(String parameter) {
        return AwsException.client("MissingParameter", "The request must contain the parameter " + parameter);
    }

    static AwsException invalidName() {
        return AwsException.client(
                INVALID_VALUE, "Invalid value for parameter KeyName: expecting 1 to 255 printable ASCII characters");
    }

    static AwsException unknownType(String type) {
        return AwsException.client(
                INVALID_VALUE, "Invalid value '" + type + "' for parameter KeyType: expecting rsa or ed25519");
    }

    static AwsException unsupportedFormat(String format) {
        return AwsException.client(
                INVALID_VALUE,
                "Invalid value '" + format
                        + "' for parameter KeyFormat: expecting pem. PuTTY's puttygen converts a PEM file to ppk");
    }

    static AwsException limitExceeded(long limit) {
        return AwsException.client(
                "ResourceLimitExceeded",
                "This account may have " + limit + " key pairs: delete some that are not used");
    }
}
