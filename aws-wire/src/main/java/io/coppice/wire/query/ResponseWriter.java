package io.coppice.wire.query;

import software.amazon.awssdk.core.SdkPojo;

/** Writes the AWS SDK's response objects as the XML that a service answers. Thread-safe. */
public final class ResponseWriter {
    private final QueryService service;
    private final AnswerPlans plans;

    public ResponseWriter(QueryService service) {
        this.service = service;
        this.plans = AnswerPlans.of(service);
    }

    /** As {@link #document}, to be looked at. */
    public String write(String action, String version, SdkPojo response, String requestId) {
        return document(action, version, response, requestId).toString();
    }

    /**
     * The whole document.
     *
     * @param version the API version the client asked for; EC2 answers in its namespace
     */
    public XmlDocument document(String action, String version, SdkPojo response, String requestId) {
        var xml = new XmlText().openWithNamespace(action + "Response", service.namespace(version));
        if (service.ec2Dialect()) {
            xml.element("requestId", requestId);
            if (response.sdkFields().isEmpty()) {
                xml.element("return", "true");
            }
            plans.write(xml, response, alwaysHasLists(action));
        } else {
            if (!response.sdkFields().isEmpty()) {
                xml.open(action + "Result");
                plans.write(xml, response, alwaysHasLists(action));
                xml.close(action + "Result");
            }
            xml.open("ResponseMetadata").element("RequestId", requestId).close("ResponseMetadata");
        }
        return xml.close(action + "Response").toDocument();
    }

    /**
     * Listing actions answer their list even when nothing is in it, and clients rely on that; actions that answer one
     * attribute out of many leave the others out.
     */
    private static boolean alwaysHasLists(String action) {
        return (action.startsWith("Describe") && !action.endsWith("Attribute")) || action.startsWith("List");
    }
}
