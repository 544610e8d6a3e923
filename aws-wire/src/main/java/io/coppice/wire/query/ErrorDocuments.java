package io.coppice.wire.query;

import io.coppice.wire.error.AwsException;

/** Errors as XML (EC2 API Reference, "Error codes"; IAM API Reference, "Common errors"; S3, "REST error responses"). */
public final class ErrorDocuments {
    private ErrorDocuments() {}

    /** The document of a Query service. */
    public static String of(QueryService service, AwsException error, String requestId) {
        return service.ec2Dialect() ? ec2(error, requestId) : query(service, error, requestId);
    }

    /** The document of S3, for answers that are given before Walrus sees the request. */
    public static String s3(AwsException error, String resource, String requestId) {
        return new XmlText()
                .open("Error")
                .element("Code", error.code())
                .element("Message", message(error))
                .element("Resource", resource)
                .element("RequestId", requestId)
                .close("Error")
                .toString();
    }

    private static String ec2(AwsException error, String requestId) {
        return new XmlText()
                .open("Response")
                .open("Errors")
                .open("Error")
                .element("Code", error.code())
                .element("Message", message(error))
                .close("Error")
                .close("Errors")
                .element("RequestID", requestId)
                .close("Response")
                .toString();
    }

    private static String query(QueryService service, AwsException error, String requestId) {
        return new XmlText()
                .openWithNamespace("ErrorResponse", service.namespace(service.defaultVersion()))
                .open("Error")
                .element("Type", error.clientFault() ? "Sender" : "Receiver")
                .element("Code", error.code())
                .element("Message", message(error))
                .close("Error")
                .element("RequestId", requestId)
                .close("ErrorResponse")
                .toString();
    }

    private static String message(AwsException error) {
        return String.valueOf(error.getMessage());
    }
}
